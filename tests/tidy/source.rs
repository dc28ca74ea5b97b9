//! The sources as the rules see them: parsed files, and the tree of modules that they form.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
pub(crate) struct Source {
    /// Relative to the root, with `/`.
    pub name: String,
    pub text: String,
    pub syntax: syn::File,
}

impl Source {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.into(), text: text.into(), syntax }
    }
}

/// Every Rust file in these folders, in order of name.
pub(crate) fn read_all(root: &Path, folders: &[&str]) -> Vec<Source> {
    let mut paths = Vec::new();
    folders.iter().for_each(|folder| rust_files(&root.join(folder), &mut paths));
    paths.sort();
    paths.iter().map(|path| Source::new(&relative(root, path), &read(path))).collect()
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/")
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        match path.is_dir() {
            true if path.ends_with("target") || path.ends_with("node_modules") => {}
            true => rust_files(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

/// Whether an attribute leaves something to builds of tests.
pub(crate) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return attribute.path().is_ident("test") };
        list.path.is_ident("cfg") && has_word(&list.tokens.to_string(), "test")
    })
}

pub(crate) fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}

/// A module of the crate.
pub(crate) struct Module<'a> {
    pub file: &'a str,
    pub items: &'a [syn::Item],
}

/// Modules by path, the crate's root being the empty one. What only tests have is left out.
pub(crate) type Modules<'a> = BTreeMap<Vec<String>, Module<'a>>;

/// The tree of modules below `src/lib.rs`.
pub(crate) fn modules(sources: &[Source]) -> Modules<'_> {
    let by_name: BTreeMap<_, _> = sources.iter().map(|source| (source.name.as_str(), source)).collect();
    let mut found = Modules::new();
    let root = by_name["src/lib.rs"];
    add_modules(&by_name, (&root.name, &root.syntax.items), "src", Vec::new(), &mut found);
    found
}

fn add_modules<'a>(
    sources: &BTreeMap<&str, &'a Source>,
    (file, items): (&'a str, &'a [syn::Item]),
    folder: &str,
    path: Vec<String>,
    found: &mut Modules<'a>,
) {
    for item in items {
        let syn::Item::Mod(child) = item else { continue };
        if is_for_tests(&child.attrs) {
            continue;
        }
        let name = child.ident.to_string();
        let below = format!("{folder}/{name}");
        let path = path.iter().cloned().chain([name]).collect();
        if let Some((_, items)) = &child.content {
            add_modules(sources, (file, items), &below, path, found);
            continue;
        }
        let files = [format!("{below}.rs"), format!("{below}/mod.rs")];
        let source = files.iter().find_map(|file| sources.get(file.as_str()));
        let source = source.unwrap_or_else(|| panic!("{file} declares a module without a file: {}", files[0]));
        add_modules(sources, (&source.name, &source.syntax.items), &below, path, found);
    }
    found.insert(path, Module { file, items });
}
