"""py-trello reads and writes a board in the sandbox."""

import io
import sys
import time

import requests
from trello import TrelloClient

BASE_URL, KEY, TOKEN = sys.argv[1:4]


class Redirected(requests.Session):
    """The client knows one host only and no rate limits: this session sends its requests to the sandbox
    and waits out a window when there were too many."""

    def request(self, method, url, **kwargs):
        url = url.replace("https://api.trello.com/1", BASE_URL)
        answer = super().request(method, url, **kwargs)
        if answer.status_code == 429:
            time.sleep(10)
            answer = super().request(method, url, **kwargs)
        return answer


def clients():
    """The client sends key and token in the query, or signs its requests with OAuth 1."""
    yield TrelloClient(KEY, TOKEN, http_service=Redirected())
    yield TrelloClient(KEY, "secret", TOKEN, "secret", http_service=Redirected())


def read(client):
    boards = client.list_boards()
    assert boards and client.list_organizations()
    for board in boards:
        board.fetch()
        board.get_labels()
        board.get_checklists()
        definitions = {field.id for field in board.get_custom_field_definitions()}
        board.all_lists()
        for card in board.all_cards():
            assert {value.definition_id for value in card.customFields} <= definitions
            card.fetch(eager=False)
        busiest = max(board.all_cards(), key=lambda card: card.badges["comments"])
        assert len(busiest.get_comments()) == busiest.badges["comments"]
        busiest.get_attachments()


def write(client):
    board = client.add_board("Judged by py-trello", default_lists=False)
    board.set_description("written by a client")
    todo, done = board.add_list("To do"), board.add_list("Done", pos="bottom")
    label = board.add_label("Label", "red")
    field = board.add_custom_field_definition("Number", "number", pos="bottom")
    card = todo.add_card("Card", desc="Text", labels=[label])
    card.set_name("Renamed")
    card.set_custom_field("42", field)
    card.comment("Comment")
    checklist = card.add_checklist("Checklist", ["one", "two"], [True, False])
    checklist.set_checklist_item("two", True)
    card.attach(name="file.txt", mimeType="text/plain", file=io.BytesIO(b"bytes"))
    card.attach(name="link", url="https://example.org")
    card.change_list(done.id)
    card.change_pos("top")
    card.set_closed(True)

    again = client.get_card(card.id)
    assert (again.name, again.closed, again.idList) == ("Renamed", True, done.id)
    assert again.badges["attachments"] == 2 and again.badges["checkItemsChecked"] == 2
    assert [float(field.value) for field in again.fetch_custom_fields()] == [42.0]
    again.delete()
    todo.close()
    board.close()
    board.delete()


for judge in clients():
    read(judge)
    write(judge)
print("py-trello 0.20.1 read and wrote without an error")
