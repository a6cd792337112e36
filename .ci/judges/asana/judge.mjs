// The JavaScript client of Asana reads and writes a project in the sandbox.
import assert from 'node:assert/strict';
import Asana from 'asana';

const [basePath, token] = process.argv.slice(2);
const client = Asana.ApiClient.instance;
client.basePath = basePath;
client.authentications.token.accessToken = token;
const [users, projects, sections, tasks, stories, attachments, memberships, batch] = [
  Asana.UsersApi, Asana.ProjectsApi, Asana.SectionsApi, Asana.TasksApi, Asana.StoriesApi, Asana.AttachmentsApi,
  Asana.MembershipsApi, Asana.BatchAPIApi,
].map((Api) => new Api());

/** All entries of a list, page by page. */
async function all(first) {
  const found = [];
  for (let page = await first; page?.data; page = await page.nextPage()) {
    found.push(...page.data);
  }
  return found;
}

async function readEverything() {
  const me = (await users.getUser('me', {})).data;
  const workspace = me.workspaces[0].gid;
  for (const { gid } of await all(projects.getProjectsForWorkspace(workspace, { limit: 2 }))) {
    await projects.getProject(gid, { opt_fields: 'name,html_notes,custom_field_settings.custom_field.name' });
    assert.ok((await all(sections.getSectionsForProject(gid, { limit: 1 }))).length > 0);
    assert.ok((await all(memberships.getMemberships({ parent: gid, limit: 2 }))).length > 0);
    const found = await all(tasks.getTasksForProject(gid, { limit: 3, opt_fields: 'name,num_subtasks' }));
    for (const task of found) {
      await all(stories.getStoriesForTask(task.gid, { limit: 2, opt_fields: 'html_text,type' }));
      await all(attachments.getAttachmentsForObject(task.gid, { limit: 2, opt_fields: 'name,size,download_url' }));
      assert.equal((await all(tasks.getSubtasksForTask(task.gid, { limit: 1 }))).length, task.num_subtasks);
    }
  }
  return workspace;
}

async function writeAProject(workspace) {
  const project = (await projects.createProject({ data: { name: 'Judged by JavaScript', workspace } }, {})).data.gid;
  const section = (await sections.createSectionForProject(project, { body: { data: { name: 'Section' } } })).data.gid;
  const place = [{ project, section }];
  const task = (await tasks.createTask({ data: { name: 'Task', notes: 'Text', memberships: place } }, {})).data.gid;
  await tasks.createSubtaskForTask({ data: { name: 'Below' } }, task, {});
  await stories.createStoryForTask({ data: { html_text: '<body><em>Comment</em></body>' } }, task, {});
  await tasks.updateTask({ data: { due_on: '2026-12-24' } }, task, {});
  await attachments.createAttachmentForObject({
    parent: task, resource_subtype: 'external', url: 'https://example.org', name: 'Link',
  });
  const actions = [
    { method: 'get', relative_path: `/tasks/${task}/stories?limit=100`, options: { fields: ['text', 'type'] } },
    { method: 'get', relative_path: '/tasks/1' },
  ];
  const [listed, missing] = (await batch.createBatchRequest({ data: { actions } }, {})).data;
  assert.deepEqual(listed.body.data.filter(({ type }) => type === 'comment').map(({ text }) => text), ['Comment']);
  assert.equal(missing.status_code, 404);
  const read = (await tasks.getTask(task, { opt_fields: 'due_on,num_subtasks' })).data;
  assert.deepEqual(read, { gid: task, due_on: '2026-12-24', num_subtasks: 1 });
  assert.equal((await all(attachments.getAttachmentsForObject(task, { limit: 1 }))).length, 1);
  await projects.deleteProject(project);
}

await writeAProject(await readEverything());
console.log('asana 3.2.0 for JavaScript read and wrote without an error');
