use super::*;

#[test]
fn every_world_can_be_built() {
    for world in ["tiny", "typical", "nasty", "large:25"] {
        let desk = Desk::new(world);
        assert!(desk.asana.state.world.all(state::TASK).count() >= 12, "{world}");
    }
}
