//! Switching the effect of a patch off: what its header says under `Without`.

use h2_materialize::header::Switch;
use h2_materialize::series::SeriesPatch;
use h2_materialize::Tree;

use crate::failure::Failure;
use crate::layout;

/// Replaces what the patch names, in the sources after all patches and in our own modules.
pub(crate) fn off(patch: &SeriesPatch, sources: &mut Tree, modules: &mut Tree) -> Result<(), Failure> {
    for switch in &patch.header.without {
        let is_ours = switch.file.strip_prefix(layout::MODULES).is_some_and(|rest| rest.starts_with('/'));
        replace(switch, if is_ours { &mut *modules } else { &mut *sources })
            .map_err(|failure| Failure::new(format!("{}: {}", patch.slug, failure.sentence)))?;
    }
    Ok(())
}

fn replace(switch: &Switch, tree: &mut Tree) -> Result<(), Failure> {
    let Switch { file, .. } = switch;
    let content = tree.files.get_mut(file);
    let content = content.ok_or_else(|| Failure::new(format!("field Without: there is no file {file}")))?;
    let text = std::str::from_utf8(content)
        .map_err(|error| Failure::new(format!("field Without: {file} is no text: {error}")))?;
    *content = switch.apply(text)?.into_bytes();
    Ok(())
}
