//! The table of the bars: what was measured beside what must be reached. A bar that was not reached says so.

/// One bar and what was measured.
#[derive(Clone, Debug)]
pub struct Row {
    pub what: String,
    pub bar: String,
    pub measured: String,
    /// None where the row only informs.
    pub reached: Option<bool>,
    /// The figures behind the measured one.
    pub detail: String,
}

impl Row {
    /// `ours` as a share of `theirs`, which must be at least `least` percent.
    pub fn share(what: impl Into<String>, ours: f64, theirs: f64, least: u32, detail: String) -> Self {
        let percent = if theirs > 0.0 { ours / theirs * 100.0 } else { 0.0 };
        Self {
            what: what.into(),
            bar: format!("≥ {least} %"),
            measured: format!("{percent:.0} %"),
            reached: Some(percent >= f64::from(least)),
            detail,
        }
    }

    /// A figure that must be at most `most`.
    pub fn limit(what: impl Into<String>, figure: f64, most: f64, unit: &str, detail: String) -> Self {
        Self {
            what: what.into(),
            bar: format!("≤ {most} {unit}"),
            measured: format!("{figure:.1} {unit}"),
            reached: Some(figure <= most),
            detail,
        }
    }

    /// Something to know, without a bar.
    pub fn note(what: impl Into<String>, measured: String, detail: String) -> Self {
        Self { what: what.into(), bar: String::new(), measured, reached: None, detail }
    }

    fn cells(&self) -> [String; 5] {
        let reached = match self.reached {
            Some(true) => "reached",
            Some(false) => "not reached",
            None => "",
        };
        [self.what.clone(), self.bar.clone(), self.measured.clone(), reached.to_owned(), self.detail.clone()]
    }
}

const HEAD: [&str; 5] = ["what", "bar", "measured", "", "figures"];

/// For a terminal: columns of equal width.
pub fn plain(rows: &[Row]) -> String {
    let lines: Vec<[String; 5]> =
        std::iter::once(HEAD.map(str::to_owned)).chain(rows.iter().map(Row::cells)).collect();
    let width =
        |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    lines.iter().fold(String::new(), |mut text, line| {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
        text
    })
}

/// For a document.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = format!("| {} |\n|{}\n", HEAD.join(" | "), "---|".repeat(HEAD.len()));
    for row in rows {
        text.extend(["| ", &row.cells().join(" | "), " |\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_that_was_missed_says_so() {
        let rows = [
            Row::share("intake", 69.0, 100.0, 70, String::new()),
            Row::limit("memory", 12.34, 20.0, "KiB", "x".into()),
        ];
        let text = plain(&rows);
        assert!(text.contains("intake  ≥ 70 %    69 %      not reached"), "{text}");
        assert!(markdown(&rows).contains("| memory | ≤ 20 KiB | 12.3 KiB | reached | x |"));
    }
}
