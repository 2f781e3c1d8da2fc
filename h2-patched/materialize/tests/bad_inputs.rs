//! Whatever is wrong with the inputs, the build stops with one sentence: what was expected, what
//! was found where, what to do.

mod release;

use std::fs;

use h2_materialize::{materialize, Options};
use release::World;

/// The sentence, after checking that it is one and that nothing was written.
fn refusal(world: &World, options: &Options) -> String {
    let sentence = materialize(options).unwrap_err().to_string();
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert!(!world.path("out").exists(), "{sentence}");
    sentence
}

#[track_caller]
fn assert_says(sentence: &str, parts: &[&str]) {
    for part in parts {
        assert!(sentence.contains(part), "expected {part:?} in: {sentence}");
    }
}

#[test]
fn pristine_missing() {
    let world = World::new();
    assert_says(
        &refusal(&world, &world.options()),
        &["the source of h2 0.4.20 was expected", "cargo info h2@0.4.20", "H2_PRISTINE_DIR"],
    );
}

#[test]
fn named_directory_does_not_exist() {
    let world = World::new();
    world.write_release("h2-0.4.20"); // a good copy elsewhere must not hide the mistake
    let named = world.path("nowhere");
    assert_says(
        &refusal(&world, &world.options_with_pristine(&named)),
        &["H2_PRISTINE_DIR is", &named.display().to_string(), "no Cargo.toml there", "or unset it"],
    );
}

#[test]
fn one_byte_changed_in_the_named_directory() {
    let world = World::new();
    world.write("pristine/src/x.rs", &release::MODULE.replace("two", "twO"));
    assert_says(
        &refusal(&world, &world.options_with_pristine(&world.path("pristine"))),
        &["H2_PRISTINE_DIR", "src/x.rs was altered", "expected"],
    );
}

#[test]
fn one_byte_changed_in_cargos_copy() {
    let world = World::new();
    let copy = "cargo-home/registry/src/some-registry/h2-0.4.20";
    world.write_release(copy);
    world.write(&format!("{copy}/src/x.rs"), "fn other() {}\n");
    assert_says(
        &refusal(&world, &world.options()),
        &[&world.path(copy).display().to_string(), "src/x.rs was altered", "remove that directory"],
    );
}

#[test]
fn a_good_copy_is_found_past_an_altered_one() {
    let world = World::new();
    world.write_release("h2-0.4.20");
    world.write("h2-0.4.20/src/x.rs", "fn other() {}\n");
    world.write_release("cargo-home/registry/src/some-registry/h2-0.4.20");
    materialize(&world.options()).unwrap();
}

#[test]
fn wrong_version() {
    let world = World::new();
    world.write("pristine/Cargo.toml", "[package]\nname = \"h2\"\nversion = \"0.4.19\"\n");
    assert_says(
        &refusal(&world, &world.options_with_pristine(&world.path("pristine"))),
        &["unmodified h2 0.4.20", "it holds h2 0.4.19"],
    );
}

#[test]
fn files_missing_and_added() {
    let world = World::new();
    fs::remove_file(world.path("pristine/src/x.rs")).unwrap();
    fs::remove_file(world.path("pristine/LICENSE")).unwrap();
    world.write("pristine/src/new.rs", "");
    assert_says(
        &refusal(&world, &world.options_with_pristine(&world.path("pristine"))),
        &["LICENSE is missing", "src/x.rs is missing", "src/new.rs is not part of the release"],
    );
}

/// Vendoring strips documents; a build does not need them.
#[test]
fn a_document_may_be_missing_but_not_altered() {
    let world = World::new();
    let options = world.options_with_pristine(&world.path("pristine"));
    world.write("pristine/README.md", "other");
    assert_says(&refusal(&world, &options), &["README.md was altered"]);
    fs::remove_file(world.path("pristine/README.md")).unwrap();
    materialize(&options).unwrap();
}

#[test]
fn patch_that_does_not_apply() {
    let world = World::new();
    let patch = release::PATCH.replace("-fn two", "-fn three");
    world.write("fork/patches/fixes/rename.patch", &patch);
    assert_says(
        &refusal(&world, &world.options_with_pristine(&world.path("pristine"))),
        &[
            "patches/fixes/rename.patch",
            "src/x.rs hunk 1 (line 13 of the patch)",
            "line 2 expected \"fn three() {}\", found \"fn two() {}\"",
            "cargo xtask edit DIR",
        ],
    );
}

#[test]
fn patch_edited_by_hand() {
    let world = World::new();
    let patch = release::PATCH.replace("mod y;", "mod z;");
    world.write("fork/patches/fixes/rename.patch", &patch);
    assert_says(
        &refusal(&world, &world.options_with_pristine(&world.path("pristine"))),
        &["the patched tree has sha256", "patches/tree.sha256 records"],
    );
}

#[test]
fn patch_without_a_reason() {
    let world = World::new();
    let patch = release::PATCH.replace("Why: it was called wrong\n", "");
    world.write("fork/patches/fixes/rename.patch", &patch);
    assert_says(
        &refusal(&world, &world.options_with_pristine(&world.path("pristine"))),
        &["patches/fixes/rename.patch: missing field Why"],
    );
}

#[test]
fn patch_of_the_series_missing() {
    let world = World::new();
    world.write("fork/patches/series", "# fixes\nrename\nother\n");
    assert_says(
        &refusal(&world, &world.options_with_pristine(&world.path("pristine"))),
        &["cannot read", "fixes/other.patch"],
    );
}

#[test]
fn patch_taken_out_of_the_series() {
    let world = World::new();
    world.write("fork/patches/series", "# fixes\n");
    assert_says(
        &refusal(&world, &world.options()),
        &["patches/fixes/rename.patch is not in patches/series", "no longer hold (tests:none)", "put rename back"],
    );
}

#[test]
fn work_tree_that_is_none() {
    let world = World::new();
    let mut options = world.options();
    options.worktree = Some(world.path("nowhere"));
    assert_says(&refusal(&world, &options), &["H2_WORKTREE is", "no src/lib.rs", "cargo xtask edit"]);
}
