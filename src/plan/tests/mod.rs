//! The modes against small worlds; each expected plan is written out.

mod content;
mod elsewhere;
mod following;
mod given;
mod hidden;
mod limits;
mod locks;
mod modes;
mod notes;
mod orders;
mod properties;
mod remains;
mod selection;
mod shared;

/// A board with one of most things.
const BOARD: &str = "
    workspace w Acme
      board b Roadmap
        member ann normal role=normal
        label red Red color=red
        field f Effort
          option o Small
        list l Doing pos=1
          card c1 Login desc=see_#c2 labels=red, members=ann,
            value c1:f x field=f option=o
            file a1 plan.pdf
            comment k1 hello author=ann
          card c2 Logout
";
