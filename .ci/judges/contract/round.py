"""Everything that the program does with an account, done once in a sandbox; gives what it asked for."""

import json
import os
import subprocess
import tempfile
import urllib.parse
import urllib.request

BINARY = os.environ["BOARDVAULT_BIN"]
# A large container says nothing that one of this size does not say.
MOST_RECORDS = 300
DONE, INCOMPLETE = 0, 3


class Sandbox:
    """A running sandbox."""

    def __init__(self, platform, world):
        arguments = ["sandbox", "serve", "--platform", platform, "--world", world, "--seed", "1", "--json"]
        self.process = subprocess.Popen([BINARY, *arguments], stdout=subprocess.PIPE, text=True)
        document, _ = json.JSONDecoder().raw_decode(self.first_document())
        self.base_url = document["base_url"]
        self.credentials = document["accounts"][0]["credentials"]

    def first_document(self):
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("}"):
                return "".join(lines)
        raise SystemExit("the sandbox did not start")

    def control(self, path, order=None):
        url = urllib.parse.urljoin(self.base_url, f"/_sandbox/{path}")
        body = None if order is None else json.dumps(order).encode()
        request = urllib.request.Request(url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


class Account:
    """The program, with a vault of its own and one connection."""

    def __init__(self, platform, sandbox, folder):
        parts = {f"BOARDVAULT_{platform}_{name}".upper(): value for name, value in sandbox.credentials.items()}
        passphrase = {"BOARDVAULT_PASSPHRASE": "correct horse battery staple"}
        # Neither a proxy nor a setting of whoever runs this may matter.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BOARDVAULT_")}
        vault = {"BOARDVAULT_VAULT": f"{folder}/vault", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        self.environment = {**kept, **vault, **passphrase}
        self.run("init")
        # To open a vault with a passphrase is slow on purpose.
        self.run("key", "add", "key-file", f"{folder}/key")
        self.environment = {**kept, **vault, **parts, "BOARDVAULT_KEY_FILE": f"{folder}/key"}
        self.run("connection", "add", "acme", "--platform", platform, "--base-url", sandbox.base_url)

    def run(self, *arguments):
        # Not everything can be read or brought back everywhere; what is incomplete, but done, is as good here.
        done = subprocess.run([BINARY, *arguments, "--json"], env=self.environment, capture_output=True, text=True)
        if done.returncode not in (DONE, INCOMPLETE):
            raise SystemExit(f"boardvault {' '.join(arguments)}: {done.returncode} {done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def backup(self):
        return self.run("backup", "acme")

    def restore(self, *plan):
        """Plans and applies; gives the run, or nothing when there was nothing to do."""
        plan = self.run("plan", *plan)
        return self.carry_out(plan)

    def undo(self, run):
        if run:
            self.carry_out(self.run("undo", run["run"]))

    def carry_out(self, plan):
        if plan["plan"]["verdict"] in ("applyable", "partial"):
            return self.run("apply", plan["id"], "--allow-delete")
        return None


def container(snapshot):
    """The path of the container with the most in it, of those with a plain name."""
    paths = {}
    for one in snapshot["manifest"]["containers"]:
        names = (one["workspace"][1] if one["workspace"] else "-", one["name"])
        if one["records"] <= MOST_RECORDS and not set("\\/#") & set("".join(names)):
            paths["/".join(names)] = one["records"]
    return max(paths, key=paths.get)


def watch(account, sandbox, before):
    account.run("connection", "check", "acme", "--for", "backup")
    account.run("connection", "check", "acme", "--for", "restore")
    sandbox.control("people", {"do": "days-work", "seed": 1})
    account.run("diff", before["id"], account.backup()["id"])


def merge(account, sandbox, before):
    sandbox.control("people", {"do": "disaster", "seed": 1})
    account.backup()
    return account.restore(before["id"])


def copy(account, _, snapshot):
    return account.restore(snapshot["id"], "--mode", "copy", "--only", container(snapshot))


def delete_before(account, _, snapshot):
    return account.restore(snapshot["id"], "--mode", "delete-before", "--only", container(snapshot))


# Each has a sandbox and a vault of its own, so that none has to wait for what another one used up of the requests
# that a token may make in a minute. The nasty world is large: what is odd in it shows on the way there, and all that
# deletes shows in the tiny one.
ROUNDS = (
    *(("tiny", part) for part in (watch, merge, copy, delete_before)),
    *(("nasty", part) for part in (watch, merge, copy)),
)


def asked(platform, world, part):
    """Gives the log of a sandbox after a part of the round, and the parameters that it did not understand."""
    with Sandbox(platform, world) as sandbox, tempfile.TemporaryDirectory() as folder:
        account = Account(platform, sandbox, folder)
        run = part(account, sandbox, account.backup())
        if world == "tiny":
            account.undo(run)
        state = sandbox.control("state")
        [unknown] = [state[name] for name in ("unknown_parameters", "unknownParameters") if name in state]
        return sandbox.control("log"), unknown
