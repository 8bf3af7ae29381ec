//! A file goes in once, however often it is tried.

use super::door::{Door, arrived, clock};
use server::cli::import::{Progress, Tally, import};
use std::io::Cursor;

fn file(lines: usize) -> Vec<u8> {
    let line = |number| {
        if number % 500 == 250 {
            "{\"broken\":".to_owned()
        } else {
            arrived(&format!("e-{number}"), &format!("S-{}", number % 40))
        }
    };
    (0..lines).map(|number| line(number) + "\n").collect::<String>().into_bytes()
}

async fn run(door: &Door, file: &[u8]) -> Tally {
    let source = "tms".parse().expect("a name");
    let input = Box::new(Cursor::new(file.to_vec()));
    let (tally, is_whole) =
        import(&door.store, &source, input, clock(), &Progress::hidden(), std::future::pending())
            .await
            .expect("an import");
    assert!(is_whole);
    tally
}

#[tokio::test]
async fn a_file_that_is_imported_again_goes_on_where_it_ended() {
    let door = Door::open().await;
    let part = run(&door, &file(2000)).await;
    assert_eq!(part, Tally { accepted: 1996, quarantined: 4, ..Tally::default() });
    let whole = run(&door, &file(3500)).await;
    assert_eq!(whole, Tally { accepted: 1497, quarantined: 3, skipped: 2000, ..Tally::default() });
    let again = run(&door, &file(3500)).await;
    assert_eq!(again, Tally { skipped: 3500, ..Tally::default() });
    assert_eq!(door.store.integrations().await.expect("integrations").quarantined, 7);
}

#[tokio::test]
async fn an_import_that_is_stopped_says_so_and_the_next_one_finishes_it() {
    let door = Door::open().await;
    let source = "tms".parse().expect("a name");
    let input = Box::new(Cursor::new(file(3000)));
    let (_, is_whole) =
        import(&door.store, &source, input, clock(), &Progress::hidden(), async {}).await.expect("stopped");
    assert!(!is_whole);
    let Tally { accepted, quarantined, skipped, .. } = run(&door, &file(3000)).await;
    assert_eq!(accepted + quarantined + skipped, 3000);
}

#[tokio::test]
async fn a_source_that_nobody_added_is_named() {
    let door = Door::open().await;
    let source = "wms".parse().expect("a name");
    let input = Box::new(Cursor::new(file(1)));
    let error = import(&door.store, &source, input, clock(), &Progress::hidden(), std::future::pending())
        .await
        .expect_err("unknown");
    assert!(error.to_string().contains("syncline source add wms"));
}

#[tokio::test]
async fn of_a_file_that_holds_no_events_nothing_is_kept() {
    let door = Door::open().await;
    let source = "tms".parse().expect("a name");
    for (file, word) in [
        ("order;customer\n".repeat(3000).into_bytes(), "of line 1 it is said"),
        (b"PK\x03\x04 and so on".to_vec(), "zip archive"),
    ] {
        let input = Box::new(Cursor::new(file));
        let error = import(&door.store, &source, input, clock(), &Progress::hidden(), std::future::pending())
            .await
            .expect_err("no events");
        assert!(format!("{error:#}").contains(word), "{error:#}");
    }
    let kept = door.store.integrations().await.expect("integrations");
    assert_eq!((kept.quarantined, kept.deliveries.len()), (0, 0));
}
