//! What a build gets, and that it gets no more work than there is.

mod release;

use std::fs;

use h2_materialize::{locate, materialize, Manifest, Search, Series, Source};
use release::World;

#[test]
fn writes_patched_files_that_name_the_modules() {
    let world = World::new();
    let options = world.options_with_pristine(&world.path("pristine"));
    let report = materialize(&options).unwrap();
    assert!(matches!(report.source, Source::Series { patches: 1, .. }));

    let read = |name: &str| fs::read_to_string(world.path("out").join(name)).unwrap();
    assert_eq!(read("src/lib.rs"), "\n\n\nmod x;\n");
    assert_eq!(read("docs.md"), "Docs.\n");
    let modules = world.path("fork/modules").display().to_string().replace('\\', "/");
    assert_eq!(read("src/x.rs"), format!("fn one() {{}}\n#[path = \"{modules}/y.rs\"] mod y;\n"));
}

#[test]
fn a_second_run_touches_nothing_and_a_changed_series_leaves_nothing_behind() {
    let world = World::new();
    let options = world.options_with_pristine(&world.path("pristine"));
    materialize(&options).unwrap();
    let modified = || fs::metadata(world.path("out/src/x.rs")).unwrap().modified().unwrap();
    let before = modified();
    world.write("out/src/stale.rs", "");
    materialize(&options).unwrap();
    assert_eq!(before, modified());
    assert!(!world.path("out/src/stale.rs").exists());
}

#[test]
fn a_work_tree_takes_the_place_of_the_series() {
    let world = World::new();
    world.write("edit/src/lib.rs", "mod other;\n");
    world.write("edit/src/other.rs", "");
    let mut options = world.options();
    options.worktree = Some(world.path("edit"));
    let report = materialize(&options).unwrap();
    assert_eq!(report.source, Source::Worktree(world.path("edit")));
    assert!(report.inputs.contains(&world.path("edit/src")));
    assert!(world.path("out/src/other.rs").exists());
}

#[test]
fn places_are_tried_in_order() {
    let world = World::new();
    let manifest = Manifest::load(&world.path("fork/upstream.sha256")).unwrap();
    let how = |search: &Search| locate(&manifest, search).unwrap().how;
    let mut search = world.options().search;

    world.write_release("cargo-home/registry/src/b/h2-0.4.20");
    assert_eq!(how(&search), "cargo's registry sources");
    world.write_release("h2-0.4.20");
    assert_eq!(how(&search), "beside the fork");
    search.pristine_dir = Some(world.path("pristine"));
    assert_eq!(how(&search), "H2_PRISTINE_DIR");
}

/// The repository's own series: it loads, applies to the pinned release and leads to the recorded
/// tree.
#[test]
fn the_committed_series_applies() {
    let fork = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let scratch = tempfile::tempdir().unwrap();
    let manifest = Manifest::load(&fork.join("upstream.sha256")).unwrap();
    let series = Series::load(&fork.join("patches")).unwrap();
    let search = Search::from_env(&fork, scratch.path());
    let mut tree = locate(&manifest, &search).unwrap().tree.compiled();
    series.apply(&mut tree).unwrap();
}

/// What the patch `skip-unpublished-fixtures` claims.
#[test]
fn in_crate_tests_need_only_published_files() {
    let fork = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let scratch = tempfile::tempdir().unwrap();
    let manifest = Manifest::load(&fork.join("upstream.sha256")).unwrap();
    assert!(!manifest.hashes.keys().any(|path| path.starts_with("fixtures/")));

    let search = Search::from_env(&fork, scratch.path());
    let mut tree = locate(&manifest, &search).unwrap().tree.compiled();
    let gated = |tree: &h2_materialize::Tree| {
        let module = String::from_utf8(tree.files["src/hpack/test/mod.rs"].clone()).unwrap();
        module.contains("#[cfg(any())]\nmod fixture;")
    };
    assert!(!gated(&tree));
    Series::load(&fork.join("patches")).unwrap().apply(&mut tree).unwrap();
    assert!(gated(&tree));
}
