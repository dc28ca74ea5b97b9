//! What an application sees of its host, and what is told of its mistakes.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use super::{AppCx, AppEnd, Run, Simulation, SimulationError};

fn simulation(faults: &str) -> Simulation {
    let source = format!(
        "name = \"an application\"\nduration = \"5m\"\n[stream.orders]\nshards = 1\n\
         [consumer.app]\nstream = \"orders\"\nlibrary = \"app\"\nstore = \"idempotent\"\n{faults}"
    );
    Simulation::from_text(&source).expect("the scenario is right")
}

fn run<F, R>(faults: &str, app: F) -> Run
where
    F: Fn(AppCx) -> R + 'static,
    R: Future<Output: AppEnd> + 'static,
{
    simulation(faults).app("app", app).run().expect("the application is declared")
}

/// What an application tells once a second, as long as it lives: its life, tokio's seconds, the wall clock's.
fn ticks(faults: &str) -> Vec<(u32, u64, u64)> {
    let told = Rc::new(RefCell::new(Vec::new()));
    let telling = told.clone();
    run(faults, move |cx| {
        let telling = telling.clone();
        let began = tokio::time::Instant::now();
        async move {
            let first = cx.wall_clock();
            loop {
                cx.sleep(Duration::from_secs(10)).await;
                let wall = cx.wall_clock().duration_since(first).unwrap_or_default().as_secs();
                telling.borrow_mut().push((cx.boots(), began.elapsed().as_secs(), wall));
            }
        }
    });
    told.take()
}

#[test]
fn time_goes_on_by_itself_and_a_crash_begins_a_new_life() {
    let undisturbed = ticks("");
    assert_eq!(undisturbed.len(), 29, "one each 10 s, none at the end itself");
    assert_eq!(undisturbed[2], (1, 30, 30));
    let crashed = ticks("[[fault]]\nat = \"25s\"\ncrash = \"app-1\"\nrestart_after = \"30s\"");
    assert_eq!(&crashed[..4], [(1, 10, 10), (1, 20, 20), (2, 10, 10), (2, 20, 20)]);
}

#[test]
fn a_paused_host_wakes_late_and_sees_the_time_that_passed() {
    let paused = ticks("[[fault]]\nat = \"25s\"\nfor = \"30s\"\npause = \"app-1\"");
    assert_eq!(&paused[..4], [(1, 10, 10), (1, 20, 20), (1, 55, 55), (1, 65, 65)]);
}

#[test]
fn a_skewed_clock_tells_another_time_and_timers_do_not_mind() {
    let skewed = ticks("[[fault]]\nat = \"15s\"\nfor = \"10s\"\nclock_skew = { host = \"app-1\", ahead = \"60s\" }");
    assert_eq!(&skewed[..3], [(1, 10, 10), (1, 20, 80), (1, 30, 30)]);
}

#[test]
fn the_wall_clock_begins_at_the_scenarios_time() {
    let ran = run("[assume]\nstart_unix_ms = 1700000000000", |cx| async move {
        assert_eq!(cx.wall_clock(), UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    });
    assert!(ran.mistakes.is_empty(), "{:?}", ran.mistakes);
}

#[test]
fn errors_panics_and_records_that_nobody_put_are_mistakes() {
    let mistakes = |run: Run| {
        assert!(!run.has_passed());
        run.mistakes
    };
    let failed = run("", |_| async { Err::<(), _>("no table") });
    assert_eq!(mistakes(failed), ["0:00:00.000 app-1 ended with an error: \"no table\""]);
    let panicked = run("", |cx| async move {
        cx.sleep(Duration::from_secs(1)).await;
        assert!(cx.boots() > 1, "the first life is never enough");
    });
    assert_eq!(mistakes(panicked), ["0:00:01.000 app-1 panicked: the first life is never enough"]);
    let invented = run("", |cx| async move { cx.processed("shardId-000000000000", "not a number", "k") });
    let expected = "0:00:00.000 app-1 processed record not a number of shardId-000000000000, which no record is called";
    assert_eq!(mistakes(invented), [expected]);
}

#[test]
fn an_effect_that_is_made_in_two_lives_is_caught() {
    let crash = "[[fault]]\nat = \"25s\"\ncrash = \"app-1\"\nrestart_after = \"30s\"";
    let twice = run(crash, |cx| async move { cx.effect("welcome mail") });
    let check = twice.report.checks.iter().find(|check| check.name == "exactly-once-effects").expect("a check");
    assert_eq!(check.detail, "0:00:55.000 app-1 made the effect `welcome mail` once more");
}

#[test]
fn code_and_scenario_must_name_the_same_applications() {
    let missing = simulation("").run().err().map(|error| error.to_string());
    assert_eq!(
        missing.as_deref(),
        Some("the scenario has the application `app`: give its code with .app(\"app\", |cx| ...)")
    );
    let unknown = simulation("").app("orders", |_| async {}).run().err();
    assert!(matches!(unknown, Some(SimulationError::NotDeclared(name)) if name == "orders"));
}
