//! What people type by mistake, and what commands say of it.

use std::process::Command;

use crate::desk::{Desk, code, run, stderr, stdout};

fn desk() -> Desk {
    Desk::new(
        "[feed]\nsample = { url = \"file:sample.xml\", initial = \"all\" }\n\
         broken = \"file:none.xml\"\nlocal = \"http://127.0.0.1:9/\"\n\
         idle = { url = \"https://idle.example/\", enabled = false }\n\
         [watch]\nkoizumi = \"Koizumi\"\n\"U.S. Navy\" = \"Navy\"\n\
         [receiver]\nscreen = { stdout = true }\n",
    )
}

#[test]
fn init_names_the_flag_that_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fivebells.toml");
    let file = file.to_str().expect("UTF-8");
    let feed = concat!("file:", env!("CARGO_MANIFEST_DIR"), "/config/sample.xml");
    let init = |more: &[&str]| {
        let begun = [
            "init", "--yes", "--output", file, "--feed", feed, "--watch", "Abe",
        ];
        run(&[&begun[..], more].concat())
    };
    for (more, flag) in [
        (
            &["--webhook", "127.0.0.1:8803/hook"][..],
            "--webhook \"127.0.0.1:8803/hook\"",
        ),
        (
            &["--mail-to", "desk", "--smtp", "m.example"],
            "--mail-to \"desk\"",
        ),
        (
            &[
                "--mail-to",
                "a@b.example,c@d.example",
                "--smtp",
                "m.example",
            ],
            "once for each",
        ),
    ] {
        let refused = init(more);
        let said = stderr(&refused);
        assert_eq!(code(&refused), 2, "{said}");
        assert!(said.contains(flag) && !said.contains(".toml:"), "{said}");
    }
    assert!(!std::path::Path::new(file).exists());
}

/// What bash would type: a name with a space is one word, also where half of it was typed.
#[test]
fn bash_completes_a_name_with_a_space_as_one_word() {
    let desk = desk();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_fivebells"));
    let complete = |words: &[&str]| {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let [before, current] = [words.len() - 2, words.len() - 1].map(|at| quoted[at].clone());
        let script = format!(
            "source <(fivebells completions bash); compopt() {{ :; }}\n\
             COMP_WORDS=({}); COMP_CWORD={}; COMP_TYPE=9\n\
             _fivebells fivebells {current} {before}; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len() - 1
        );
        let path = format!(
            "{}:/usr/bin:/bin",
            program.parent().expect("a folder").display()
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &script])
            .env("PATH", path)
            .env("FIVEBELLS_CONFIG", desk.path("fivebells.toml"))
            .output()
            .expect("bash runs");
        stdout(&output).trim_end().to_owned()
    };
    for current in ["U", "U.S.\\ N"] {
        let typed = complete(&["fivebells", "mute", "watch", current]);
        assert_eq!(typed, "U.S.\\ Navy", "{current}");
    }
    assert_eq!(complete(&["fivebells", "man", "fee"]), "feeds");
    assert_eq!(complete(&["fivebells", "feeds", "id"]), "idle");
}
