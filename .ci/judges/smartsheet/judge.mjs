// npm smartsheet reads and writes a workspace in the sandbox. It returns raw answers, so they are looked at here.
import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import smartsheet from 'smartsheet';

const [baseUrl, accessToken] = process.argv.slice(2);
const client = smartsheet.createClient({ accessToken, baseUrl: `${baseUrl}/` });

function done(answer) {
  assert.equal(answer.message, 'SUCCESS');
  return answer.result;
}

async function tokenPages(call, options = {}) {
  const found = [];
  let lastKey;
  do {
    const page = await call({ ...options, queryParameters: { maxItems: 100, ...(lastKey && { lastKey }) } });
    found.push(...(page.data ?? page.items));
    lastKey = page.lastKey;
  } while (lastKey);
  return found;
}

async function walk(children) {
  for (const child of children) {
    assert.equal(typeof child.id, 'number');
    if (child.resourceType === 'folder') {
      await client.folders.getFolderMetadata({ folderId: child.id });
      await walk(await tokenPages(client.folders.getFolderChildren, { folderId: child.id }));
    }
  }
}

async function readEverything() {
  const me = await client.users.getCurrentUser();
  assert.equal(me.admin, true);
  const users = await client.users.listAllUsers({ queryParameters: { includeAll: true } });
  assert.equal(users.data.length, users.totalCount);
  const plans = await client.users.listUserPlans({ userId: me.id });
  assert.equal(plans.data[0].seatType, 'MEMBER');
  for (const { id } of (await client.groups.listGroups({ queryParameters: { includeAll: true } })).data) {
    assert.ok(Array.isArray((await client.groups.getGroup({ groupId: id })).members));
  }
  const workspaces = await tokenPages(client.workspaces.listWorkspaces);
  assert.ok(workspaces.length > 0);
  for (const { id } of workspaces) {
    await client.workspaces.getWorkspaceMetadata({ workspaceId: id });
    await walk(await tokenPages(client.workspaces.getWorkspaceChildren, { workspaceId: id }));
  }
  const sheets = await client.sheets.listSheets({ queryParameters: { include: 'sheetVersion', includeAll: true } });
  for (const { id, version } of sheets.data) {
    const sheet = await client.sheets.getSheet({ id, queryParameters: { level: 2, include: 'objectValue,discussions,attachments,format' } });
    assert.equal(sheet.rows.length, sheet.totalRowCount);
    assert.equal(sheet.version, version);
    assert.deepEqual(await client.sheets.getSheet({ id, queryParameters: { ifVersionAfter: version } }), { version });
    const { data } = await client.sheets.getDiscussions({ sheetId: id, queryParameters: { include: 'comments,attachments', includeAll: true } });
    for (const discussion of data) assert.equal(discussion.comments.length, discussion.commentCount);
    const shares = await client.sharing.listAssetShares({ queryParameters: { assetType: 'sheet', assetId: id } });
    assert.equal(shares.items.filter((share) => share.accessLevel === 'OWNER').length, 1);
    await client.sheets.getSheetSummary?.({ sheetId: id });
  }
}

async function writeAWorkspace() {
  const workspace = done(await client.workspaces.createWorkspace({ body: { name: 'Judged by npm smartsheet' } }));
  const folder = done(await client.workspaces.createFolder({ workspaceId: workspace.id, body: { name: 'Folder' } }));
  const sheet = done(await client.sheets.createSheetInFolder({ folderId: folder.id, body: { name: 'Sheet', columns: [
    { title: 'Task', type: 'TEXT_NUMBER', primary: true },
    { title: 'Due', type: 'DATE' },
  ] } }));
  const sheetId = sheet.id;
  const [task, due] = sheet.columns.map((column) => column.id);
  const rows = done(await client.sheets.addRows({ sheetId, body: [
    { toBottom: true, cells: [{ columnId: task, value: 'first' }] },
    { toBottom: true, cells: [{ columnId: task, value: 'second' }, { columnId: due, value: '2026-12-24' }] },
  ] }));
  done(await client.sheets.updateRow({ sheetId, body: [{ id: rows[1].id, parentId: rows[0].id }] }));
  const discussion = done(await client.sheets.createRowDiscussion({ sheetId, rowId: rows[0].id, body: { comment: { text: 'Comment' } } }));
  done(await client.sheets.addDiscussionComment({ sheetId, discussionId: discussion.id, body: { text: 'Reply' } }));
  const place = mkdtempSync(join(tmpdir(), 'judge-'));
  const path = join(place, 'file.txt');
  writeFileSync(path, 'bytes');
  const attachment = done(await client.sheets.addRowFileAttachment({ sheetId, rowId: rows[0].id, fileSize: 5, fileName: 'file.txt', path }));
  rmSync(place, { recursive: true });
  const about = await client.sheets.getAttachment({ sheetId, attachmentId: attachment.id });
  assert.equal(about.urlExpiresInMillis, 120_000);
  assert.equal(await (await fetch(about.url)).text(), 'bytes');
  assert.equal((await fetch(about.url, { headers: { authorization: `Bearer ${accessToken}` } })).status, 400);
  done(await client.sharing.shareAsset({ queryParameters: { assetType: 'sheet', assetId: sheetId }, body: [{ email: 'eve@acme.example', accessLevel: 'VIEWER' }] }));

  const read = await client.sheets.getSheet({ id: sheetId, queryParameters: { include: 'attachments,discussions' } });
  assert.deepEqual(read.rows.map((row) => row.parentId), [undefined, rows[0].id]);
  assert.equal(read.rows[0].attachments[0].name, 'file.txt');
  assert.equal(read.rows[0].discussions[0].commentCount, 2);
  await assert.rejects(client.sheets.addRows({ sheetId, body: [
    { toBottom: true, cells: [] }, { toTop: true, cells: [] },
  ] }), (error) => error.errorCode === 1123);
  await client.sheets.deleteSheet({ sheetId });
  await client.workspaces.deleteWorkspace({ workspaceId: workspace.id });
}

await readEverything();
await writeAWorkspace();
console.log('smartsheet 5.3.0 (npm) read and wrote without an error');
