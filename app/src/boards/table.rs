//! The one shape of a table on the boards: on a narrow screen each cell stands under its column's name.

use leptos::prelude::*;

/// A column's name, and whether it holds figures.
#[derive(Clone, Copy)]
pub struct Column(pub &'static str, pub bool);

/// A column of words.
pub const fn words(name: &'static str) -> Column {
    Column(name, false)
}

/// A column of figures, aligned by their last digit.
pub const fn figures(name: &'static str) -> Column {
    Column(name, true)
}

/// What stands in a row: the cells in the order of the columns, and a key by which the row is known again.
pub struct Row {
    pub key: String,
    pub cells: Vec<AnyView>,
}

/// A table; the first cell of each row is its heading. `caption` is read out, not shown.
pub fn table(caption: &'static str, columns: &'static [Column], rows: Vec<Row>) -> AnyView {
    let class = |column: &Column| column.1.then_some("number");
    let head = columns
        .iter()
        .map(|column| {
            view! {
                <th scope="col" class=class(column)>
                    {column.0}
                </th>
            }
        })
        .collect_view();
    let body = rows
        .into_iter()
        .map(|row| {
            let cells = row.cells.into_iter().zip(columns).enumerate().map(|(place, (cell, column))| {
                if place == 0 {
                    view! { <th scope="row">{cell}</th> }.into_any()
                } else {
                    view! {
                        <td data-label=column.0 class=class(column)>
                            {cell}
                        </td>
                    }
                    .into_any()
                }
            });
            view! { <tr id=row.key>{cells.collect_view()}</tr> }
        })
        .collect_view();
    view! {
        <table class="rows">
            <caption class="unseen">{caption}</caption>
            <thead>
                <tr>{head}</tr>
            </thead>
            <tbody>{body}</tbody>
        </table>
    }
    .into_any()
}
