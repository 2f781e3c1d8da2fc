//! Figures from a file, as `h2-benches --json` wrote it.

use std::path::Path;

use super::Figures;

/// The figures in a file: one scenario is an object, several are an array.
///
/// # Errors
///
/// One line that names the file and says what is wrong with it.
pub fn read(path: &Path) -> Result<Vec<Figures>, String> {
    let text = std::fs::read_to_string(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
    let figures = match text.trim_start().starts_with('[') {
        true => serde_json::from_str(&text),
        false => serde_json::from_str(&text).map(|one| vec![one]),
    };
    figures.map_err(|cause| format!("{} is not figures as `h2-benches --json` writes them: {cause}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::figures;

    #[test]
    fn one_scenario_and_several_are_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figures.json");
        let read = |text: String| {
            std::fs::write(&path, text).unwrap();
            super::read(&path)
        };
        let one = serde_json::to_string(&figures()).unwrap();
        assert_eq!(read(one.clone()), Ok(vec![figures()]));
        assert_eq!(read(format!("\n[{one},{one}]")), Ok(vec![figures(), figures()]));
        for bad in ["", "7", "{}", "[{}]", "[7]", "<html>", &one.replace("512", "\"many\"")] {
            let complaint = read(bad.into()).unwrap_err();
            assert!(complaint.contains("figures.json is not figures") && !complaint.contains('\n'), "{complaint}");
        }
        assert!(super::read(&folder.path().join("none.json")).unwrap_err().starts_with("cannot read"));
    }
}
