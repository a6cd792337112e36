// npm trello.js reads and writes a board in the sandbox. With TRELLO_STRICT_SCHEMAS=true it checks every
// answer against its schemas and takes no key that they do not know.
import assert from 'node:assert/strict';
import { createTrelloClient } from 'trello.js';

const [host, apiKey, apiToken] = process.argv.slice(2);
const trello = createTrelloClient({ host, apiKey, apiToken });
// Its schemas of attachments (`bytes` as text), of custom fields (without `name`) and of their values are
// wrong about Trello itself, so these answers are looked at here instead.
const unparsed = createTrelloClient({ host, apiKey, apiToken, skipParsing: true });

async function readEverything() {
  const me = await trello.members.getMember({ id: 'me' });
  await trello.tokens.getToken({ token: apiToken });
  const organizations = await trello.members.getMemberOrganizations({ id: 'me' });
  assert.ok(organizations.length > 0);
  for (const { id } of organizations) {
    await trello.organizations.getOrganization({ id });
    await trello.organizations.getOrganizationBoards({ id });
    await trello.organizations.getOrganizationMembers({ id });
    await trello.organizations.getOrganizationMemberships({ id });
  }
  const boards = await trello.members.getMemberBoards({ id: me.id, filter: 'all' });
  assert.ok(boards.length > 1);
  for (const { id } of boards) {
    await trello.boards.getBoard({ id, fields: 'all' });
    await trello.boards.getBoardMemberships({ id });
    await trello.boards.getBoardMembers({ id });
    await trello.boards.getBoardLists({ id, filter: 'all' });
    await trello.boards.getBoardLabels({ id, limit: 1000 });
    await trello.boards.getBoardChecklists({ id });
    await trello.boards.getBoardActions({ boardId: id, limit: 1000 });
    await trello.boards.getBoardPlugins({ id });
    for (const field of await unparsed.boards.getBoardCustomFields({ id })) {
      assert.equal(typeof field.name, 'string');
      assert.equal(field.modelType, 'board');
    }
    const cards = await trello.boards.getBoardCardsByFilter({ id, filter: 'all' });
    for (const card of cards) {
      await trello.cards.getCard({ id: card.id });
      await trello.cards.getCardStickers({ id: card.id });
      for (const attachment of await unparsed.cards.getCardAttachments({ id: card.id })) {
        assert.equal(typeof (attachment.isUpload ? attachment.bytes : attachment.url), attachment.isUpload ? 'number' : 'string');
      }
    }
  }
  return organizations[0].id;
}

async function writeABoard(idOrganization) {
  const board = await trello.boards.createBoard({ name: 'Judged by trello.js', idOrganization, defaultLists: false, defaultLabels: false });
  await trello.boards.updateBoard({ id: board.id, desc: 'written by a client' });
  const list = await trello.lists.createList({ name: 'List', idBoard: board.id, pos: 'bottom' });
  await trello.lists.updateList({ id: list.id, name: 'Renamed' });
  const label = await trello.labels.createLabel({ name: 'Label', color: 'red', idBoard: board.id });
  await trello.labels.updateLabel({ id: label.id, name: 'Renamed' });
  const card = await trello.cards.createCard({ idList: list.id, name: 'Card', desc: 'Text', idLabels: [label.id] });
  await trello.cards.updateCard({ id: card.id, name: 'Renamed', due: '2026-12-24T12:00:00.000Z' });
  const checklist = await trello.checklists.createChecklist({ idCard: card.id, name: 'Checklist' });
  const item = await trello.checklists.createChecklistItem({ id: checklist.id, name: 'Item' });
  await trello.cards.updateCardCheckItem({ id: card.id, idCheckItem: item.id, state: 'complete' });
  const comment = await trello.cards.createCardComment({ id: card.id, text: 'Comment' });
  await trello.actions.updateAction({ id: comment.id, text: 'Changed' });
  await trello.cards.createCardSticker({ id: card.id, image: 'taco-cool', top: 10, left: 10, zIndex: 1 });
  await unparsed.cards.createCardAttachment({ id: card.id, url: 'https://example.org', name: 'Link' });

  const read = await trello.cards.getCard({ id: card.id });
  assert.equal(read.name, 'Renamed');
  assert.equal(read.badges.comments, 1);
  assert.equal(read.badges.checkItemsChecked, 1);
  assert.equal(read.badges.attachments, 1);
  assert.deepEqual(read.idLabels, [label.id]);
  await trello.cards.deleteCard({ id: card.id });
  await trello.boards.deleteBoard({ id: board.id });
}

await writeABoard(await readEverything());
console.log('trello.js 2.2.0 read and wrote without an error');
