//! The README says what the program does.

#[test]
fn the_readmes_options_are_those_of_the_program() {
    let readme = include_str!("../../README.md");
    let table = readme
        .split_once("<!-- options:")
        .and_then(|(_, rest)| rest.split_once("-->\n"))
        .and_then(|(_, rest)| rest.split_once("<!-- /options -->"))
        .map(|(table, _)| table);
    assert_eq!(
        table,
        Some(server::cli::options_table().as_str()),
        "put what `syncline options` prints into the README"
    );
}
