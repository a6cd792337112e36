//! The table of roles: who logs in where, and what is to be expected.

use boardvault::platforms::connector::Purpose;

/// A role, by an account of a sandbox in a world.
pub(crate) struct Role {
    pub(crate) platform: &'static str,
    /// Who it is, in words.
    pub(crate) who: &'static str,
    /// The account's role as the sandbox calls it.
    pub(crate) account: &'static str,
    pub(crate) world: &'static str,
    /// The containers in the backup.
    pub(crate) holds: &'static str,
    /// What the backup names as missing.
    pub(crate) missing: &'static [&'static str],
    /// The requirements for backups and for restores in the order of [`LINES`]: `+` met, `-` not met, `?` not known.
    pub(crate) met: (&'static str, &'static str),
    /// How much is planned of a merge after a disaster, and then of the replacement of a container: `all`, `nothing`,
    /// `unseen`, or what is left out.
    pub(crate) does: (&'static str, &'static str),
    /// The words in which the platform refuses what it does not tell beforehand.
    pub(crate) refused: &'static str,
}

/// How the requirements begin, in their order, with ` | ` in between.
pub(crate) const LINES: &[((&str, Purpose), &str)] = &[
    (
        ("trello", Purpose::Backup),
        "The account is active | The app has access | Name, user name | Workspaces where | Users of \
         these | Public, workspace-visible | Private boards | Closed boards | Power-Ups | Enterprises",
    ),
    (
        ("trello", Purpose::Restore),
        "The account is active | The app has access | Name, user name | Workspaces where | Users of \
         these | Public, workspace-visible | Private boards | Closed boards | Power-Ups | Enterprises \
         | Workspace restore | Merge into a board, its content | Merge into a board, its name | Board \
         copy | Delete before restore",
    ),
    (
        ("asana", Purpose::Backup),
        "The account is active | The app has full access | Name and e-mail | Teams where | Name, \
         e-mail | Public projects | Private projects | Archived projects | Pace",
    ),
    (
        ("asana", Purpose::Restore),
        "The account is active | The app has full access | Name and e-mail | Teams where | Name, \
         e-mail | Public projects | Private projects | Archived projects | Create teams | Update \
         teams | Add users to teams | Create projects | Update projects | Add users to project | \
         Create and update tasks | Create local and global custom fields | Create private projects | \
         Update private projects | Pace",
    ),
    (
        ("smartsheet", Purpose::Backup),
        "Licensed user | Paid account | System Admin | Sheets that | Workspaces that | Groups and | Scopes granted",
    ),
    (
        ("smartsheet", Purpose::Restore),
        "Licensed user | Paid account | System Admin | Sheets that | Workspaces that | Groups and | \
         Group restore: Group Admin | Group restore into | Restore into a workspace | Merge into a \
         sheet, its rows | Merge into a sheet, its settings | Restore of shares | Delete before \
         restore | Attachments of files | Scopes granted",
    ),
];

/// Somebody in the world `tiny` of a platform from whom nothing is hidden, and who is refused nothing unforeseen.
const fn of(platform: &'static str) -> Role {
    Role {
        platform,
        who: "",
        account: "",
        world: "tiny",
        holds: "",
        missing: &[],
        met: ("", ""),
        does: ("", ""),
        refused: "",
    }
}

const TRELLO: Role = of("trello");
const ASANA: Role = of("asana");
const SMARTSHEET: Role = of("smartsheet");

/// What an editor of sheets cannot do after the disaster. The cells are those of a locked row.
const MORE_THAN_ROWS: &str = "not change container, change field-def, change field-value, change folder, \
    create field-def, create field-value, create group-member, create summary-field";

/// What somebody cannot do who only looks or comments. The sheet that is gone is made in their own Sheets folder.
const ANYTHING_IN_SHEETS: &str = "not change container, change field-def, change field-value, change folder, create \
    attachment, create comment, create container-link, create discussion, create enclosure, create field-def, \
    create field-value, create group-member, create item, create summary-field";

/// All roles. Those of one platform follow one another, the one that may do most first.
pub(crate) const ROLES: &[Role] = &[
    Role {
        who: "an admin of the workspace",
        account: "workspace admin",
        holds: "Office garden, Roadmap",
        met: ("++++++++++", "+++++++++++++++"),
        does: ("all", "all"),
        ..TRELLO
    },
    Role {
        who: "an admin of the boards, ordinary member of the workspace",
        account: "board admin",
        holds: "Office garden, Roadmap",
        met: ("++++++++++", "++++++++++-++++"),
        does: ("all", "all"),
        ..TRELLO
    },
    Role {
        who: "an ordinary member of the board and of the workspace",
        account: "outsider",
        world: "tiny:member",
        holds: "Roadmap",
        missing: &["a board of workspace Acme"],
        met: ("++++++-+++", "++++++-+++-+-+-"),
        does: ("all", "not delete container"),
        ..TRELLO
    },
    Role {
        who: "an ordinary member of the workspace, whom the disaster took off the board",
        account: "member",
        holds: "Office garden, Roadmap",
        met: ("++++++++++", "++++++++++-+-+-"),
        does: ("nothing", "not delete container"),
        ..TRELLO
    },
    Role {
        who: "an observer of the boards",
        account: "observer",
        holds: "Office garden, Roadmap",
        met: ("++++++++++", "++++++++++---+-"),
        does: ("nothing", "not delete container"),
        ..TRELLO
    },
    Role {
        who: "a guest: an ordinary member of the board only",
        account: "outsider",
        world: "tiny:guest",
        holds: "Roadmap",
        met: ("+++?++++++", "+++?++++++?+-?-"),
        does: ("all", "nothing"),
        ..TRELLO
    },
    Role {
        who: "somebody in no workspace",
        account: "outsider",
        holds: "",
        met: ("+++?++++++", "+++?++++++?????"),
        does: ("unseen", "unseen"),
        ..TRELLO
    },
    Role {
        who: "an admin of the workspace, with a token that only reads",
        account: "workspace admin, token without the right to write",
        holds: "Office garden, Roadmap",
        met: ("++++++++++", "+-++++++++-----"),
        does: ("nothing", "nothing"),
        ..TRELLO
    },
    Role {
        who: "an admin of the organization",
        account: "organization admin",
        holds: "My tasks, Office garden, Old plans, Roadmap",
        met: ("+++++++++", "+++++++++++++++++++"),
        does: ("all", "all"),
        ..ASANA
    },
    Role {
        who: "an admin of the projects",
        account: "member, admin of projects",
        holds: "My tasks, Office garden, Old plans, Roadmap",
        met: ("+++++++++", "+++++++++++++++++++"),
        does: ("all", "all"),
        ..ASANA
    },
    Role {
        who: "an editor by a team, whom the disaster took off the project",
        account: "member, editor of projects",
        holds: "My tasks, Office garden, Old plans, Roadmap",
        met: ("+++++++++", "+++++++++++++++++++"),
        does: ("all", "not delete container"),
        ..ASANA
    },
    Role {
        who: "an editor of the projects",
        account: "member without a part in any project",
        world: "tiny:editor",
        holds: "My tasks, Office garden, Old plans, Roadmap",
        met: ("+++++++++", "+++++++++--++++++++"),
        does: ("all", "not delete container"),
        ..ASANA
    },
    Role {
        who: "a commenter of the projects",
        account: "member without a part in any project",
        world: "tiny:commenter",
        holds: "My tasks, Office garden, Old plans, Roadmap",
        met: ("+++++++++", "+++++++++--+----+++"),
        does: ("nothing", "not delete container"),
        ..ASANA
    },
    Role {
        who: "a viewer of the projects",
        account: "member without a part in any project",
        world: "tiny:viewer",
        holds: "My tasks, Office garden, Old plans, Roadmap",
        met: ("+++++++++", "+++++++++--+----+++"),
        does: ("nothing", "not delete container"),
        ..ASANA
    },
    Role {
        who: "a member with what projects give to everybody",
        account: "member without a part in any project",
        holds: "My tasks, Old plans, Roadmap",
        met: ("+++++++++", "+++++++++--+----+++"),
        does: ("nothing", "not delete container"),
        ..ASANA
    },
    Role {
        who: "a guest who edits one project",
        account: "guest",
        holds: "My tasks, Roadmap",
        met: ("+++++++++", "-+++++++-??-++++-++"),
        does: ("not change field-option", "nothing"),
        refused: "Guests and view-only members cannot do this",
        ..ASANA
    },
    Role {
        who: "a member with a view-only licence",
        account: "view-only",
        holds: "My tasks, Old plans, Roadmap",
        met: ("+++++++++", "-+++++++---------++"),
        does: ("nothing", "nothing"),
        ..ASANA
    },
    Role {
        who: "the admin of a workspace on a free plan",
        account: "admin of a free workspace",
        holds: "Garden, My tasks",
        met: ("+++++++++", "++++++++-??++++--++"),
        does: ("unseen", "unseen"),
        ..ASANA
    },
    Role {
        who: "an admin of the organization, through the app",
        account: "organization admin, through the app",
        holds: "My tasks, Office garden, Old plans, Roadmap",
        met: ("+++++++++", "+++++++++++++++++++"),
        does: ("all", "all"),
        ..ASANA
    },
    Role {
        who: "the same, through an app with few scopes",
        account: "organization admin, through the app for reading little",
        holds: "My tasks",
        missing: &[
            "members of workspace Acme",
            "members of team Product of workspace Acme",
            "members of team Office of workspace Acme",
            "portfolios of workspace Acme",
            "project templates of workspace Acme",
            "goals of workspace Acme",
            "custom fields of workspace Acme",
            "\"Roadmap\"",
            "\"Office garden\"",
            "\"Old plans\"",
        ],
        met: ("?-+?-+++?", "?-+?-+++???????????"),
        does: ("unseen", "unseen"),
        ..ASANA
    },
    Role {
        who: "a System Admin who owns the workspace",
        account: "system admin",
        holds: "Ben's notes, Budget, Launch plan, Moving house, Passwords of plants",
        met: ("++++++?", "++++++++++---+?"),
        does: ("all", "all"),
        ..SMARTSHEET
    },
    Role {
        who: "an admin of the workspace and the owner of a sheet in it",
        account: "licensed member",
        holds: "Ben's notes, Budget, Launch plan, Moving house",
        met: ("++-+++?", "++-+++--++++++?"),
        does: ("not create group-member", "all"),
        ..SMARTSHEET
    },
    Role {
        who: "an admin of the sheets, and Group Admin",
        account: "editor",
        world: "tiny:ADMIN",
        holds: "Budget, Launch plan, Moving house",
        met: ("++-+++?", "++-++++--+++-+?"),
        does: ("not create group-member", "nothing"),
        ..SMARTSHEET
    },
    Role {
        who: "an editor of the sheets who may share",
        account: "editor",
        world: "tiny:EDITOR_SHARE",
        holds: "Budget, Launch plan, Moving house",
        met: ("++-+++?", "++-++++--+-+-+?"),
        does: (MORE_THAN_ROWS, "nothing"),
        ..SMARTSHEET
    },
    Role {
        who: "an editor of the sheets",
        account: "editor",
        world: "tiny:EDITOR",
        holds: "Budget, Launch plan, Moving house",
        met: ("++-+++?", "++-++++--+---+?"),
        does: (MORE_THAN_ROWS, "nothing"),
        ..SMARTSHEET
    },
    Role {
        who: "a commenter of the sheets",
        account: "editor",
        world: "tiny:COMMENTER",
        holds: "Budget, Launch plan, Moving house",
        met: ("++-+++?", "++-++++------+?"),
        does: (ANYTHING_IN_SHEETS, "nothing"),
        ..SMARTSHEET
    },
    Role {
        who: "a viewer of the sheets",
        account: "editor",
        world: "tiny:VIEWER",
        holds: "Budget, Launch plan, Moving house",
        met: ("++-+++?", "++-++++------+?"),
        does: (ANYTHING_IN_SHEETS, "nothing"),
        ..SMARTSHEET
    },
    Role {
        who: "an editor of the workspace, whom the disaster took out of it",
        account: "editor",
        holds: "Budget, Launch plan, Moving house",
        met: ("++-+++?", "++-+++---+---+?"),
        does: ("not create group-member", "all"),
        ..SMARTSHEET
    },
    Role {
        who: "a commenter of the workspace without a licence",
        account: "commenter",
        holds: "Budget, Launch plan, Moving house",
        met: ("-+-+++?", "-+-+++-------+?"),
        does: ("nothing", "nothing"),
        ..SMARTSHEET
    },
    Role {
        who: "somebody without a licence and without a share",
        account: "unlicensed user",
        holds: "",
        met: ("-+-??+?", "-+-??+--???????"),
        does: ("nothing", "unseen"),
        ..SMARTSHEET
    },
    Role {
        who: "the owner of an account that nobody pays for",
        account: "unpaid plan",
        holds: "",
        missing: &["users of the account"],
        met: ("---??+?", "---??+-????????"),
        does: ("unseen", "unseen"),
        ..SMARTSHEET
    },
    Role {
        who: "a System Admin, through an app",
        account: "system admin, through an application",
        holds: "Ben's notes, Budget, Launch plan, Moving house, Passwords of plants",
        met: ("++++++?", "++++++++++---+?"),
        does: ("all", "all"),
        ..SMARTSHEET
    },
    Role {
        who: "a System Admin, with a token that only reads",
        account: "system admin, token that only reads",
        holds: "Ben's notes, Budget, Launch plan, Moving house, Passwords of plants",
        met: ("++++++?", "++++++++++---+?"),
        does: ("all", "all"),
        refused: "You are not authorized to perform this action",
        ..SMARTSHEET
    },
];
