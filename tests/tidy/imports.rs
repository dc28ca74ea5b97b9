//! Which file uses what another file defines.
//!
//! A path is followed through re-exports to the file that defines what it names. A `pub use` by itself is no use: a
//! folder's `mod.rs` may show what stands below it. Code for tests is not looked at.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::source::{Modules, Source, is_for_tests, modules};

/// Arrows from file to file.
#[derive(Default)]
pub(crate) struct Imports {
    /// One uses what the other defines.
    pub uses: BTreeSet<(String, String)>,
    /// One shows what the other defines.
    pub shows: BTreeSet<(String, String)>,
}

impl Imports {
    /// Both kinds of arrows.
    pub(crate) fn all(&self) -> BTreeSet<(String, String)> {
        self.uses.union(&self.shows).cloned().collect()
    }
}

/// What a module's names stand for.
#[derive(Default)]
struct Names {
    /// Items that it defines.
    items: BTreeSet<String>,
    /// Names that it imports, with what they name, and that it only shows.
    imported: BTreeMap<String, (Vec<String>, bool)>,
    /// Modules whose names are all here, and whether they are only shown.
    globs: Vec<(Vec<String>, bool)>,
}

pub(crate) fn imports(sources: &[Source]) -> Imports {
    let modules = modules(sources);
    let names = modules.iter().map(|(path, module)| (path.clone(), names_of(&modules, path, module.items))).collect();
    let resolver = Resolver { modules: &modules, names };
    let mut found = Imports::default();
    for (path, module) in &modules {
        let mut paths = Paths::default();
        module.items.iter().filter(|item| !matches!(item, syn::Item::Mod(_))).for_each(|item| paths.visit_item(item));
        let add = |set: &mut BTreeSet<_>, target: Option<String>| {
            if let Some(target) = target.filter(|target| target != module.file) {
                set.insert((module.file.to_owned(), target));
            }
        };
        for (target, is_shown) in resolver.names[path].imported.values() {
            // A module that is imported says nothing yet; the paths that begin with it do.
            if !modules.contains_key(target) {
                add(if *is_shown { &mut found.shows } else { &mut found.uses }, resolver.file_of(target, 0));
            }
        }
        for (target, is_shown) in &resolver.names[path].globs {
            add(if *is_shown { &mut found.shows } else { &mut found.uses }, resolver.file_of(target, 0));
        }
        for used in paths.0 {
            if let Some(target) = resolver.absolute(path, &used)
                && !modules.contains_key(&target)
            {
                add(&mut found.uses, resolver.file_of(&target, 0));
            }
        }
    }
    found
}

struct Resolver<'a> {
    modules: &'a Modules<'a>,
    names: BTreeMap<Vec<String>, Names>,
}

impl Resolver<'_> {
    /// A path as it stands in `module`, from the crate's root; `None` for what other crates define.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        if let Some(path) = absolute_of_keyword(module, path) {
            return Some(path);
        }
        if let Some((target, _)) = self.names[module].imported.get(&path[0]) {
            return Some([target, &path[1..]].concat());
        }
        if let Some(glob) = self.glob_with(module, &path[0]) {
            return Some([glob, path].concat());
        }
        let child = [module, &path[..1]].concat();
        (path.len() > 1 && self.modules.contains_key(&child)).then(|| [module, path].concat())
    }
    /// The module of which `module` has all names, if one of those is `name`.
    fn glob_with(&self, module: &[String], name: &str) -> Option<&[String]> {
        let mut globs = self.names[module].globs.iter().map(|(glob, _)| glob);
        globs.find(|glob| self.names.get(*glob).is_some_and(|names| names.has(name))).map(Vec::as_slice)
    }
    /// The file that defines what a path from the root names.
    fn file_of(&self, path: &[String], depth: usize) -> Option<String> {
        let known = (0..=path.len()).rev().find(|len| self.modules.contains_key(&path[..*len]))?;
        let (module, rest) = path.split_at(known);
        let file = self.modules[module].file.to_owned();
        let (Some(name), true) = (rest.first(), depth < 8) else { return Some(file) };
        let names = &self.names[module];
        if names.items.contains(name) {
            return Some(file);
        }
        if let Some((target, _)) = names.imported.get(name) {
            return self.file_of(&[target, &rest[1..]].concat(), depth + 1);
        }
        match self.glob_with(module, name) {
            Some(glob) => self.file_of(&[glob, rest].concat(), depth + 1),
            None => Some(file),
        }
    }
}

impl Names {
    /// Whether others see the name here.
    fn has(&self, name: &str) -> bool {
        self.items.contains(name) || self.imported.get(name).is_some_and(|(_, is_shown)| *is_shown)
    }
}

fn absolute_of_keyword(module: &[String], path: &[String]) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|segment| *segment == "super").count();
    match path[0].as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([module, &path[1..]].concat()),
        "super" => Some([&module[..module.len().saturating_sub(supers)], &path[supers..]].concat()),
        _ => None,
    }
}

fn names_of(modules: &Modules<'_>, module: &[String], items: &[syn::Item]) -> Names {
    let mut names = Names::default();
    for item in items {
        match item {
            syn::Item::Const(item) => drop(names.items.insert(item.ident.to_string())),
            syn::Item::Enum(item) => drop(names.items.insert(item.ident.to_string())),
            syn::Item::Fn(item) => drop(names.items.insert(item.sig.ident.to_string())),
            syn::Item::Static(item) => drop(names.items.insert(item.ident.to_string())),
            syn::Item::Struct(item) => drop(names.items.insert(item.ident.to_string())),
            syn::Item::Trait(item) => drop(names.items.insert(item.ident.to_string())),
            syn::Item::Type(item) => drop(names.items.insert(item.ident.to_string())),
            syn::Item::Union(item) => drop(names.items.insert(item.ident.to_string())),
            _ => {}
        }
    }
    let mut uses = Uses(Vec::new());
    items.iter().filter(|item| !matches!(item, syn::Item::Mod(_))).for_each(|item| uses.visit_item(item));
    for (path, name, is_shown) in uses.0 {
        let own_child = || {
            let child = [module, &path[..1]].concat();
            modules.contains_key(&child).then(|| [module, &path[..]].concat())
        };
        let Some(target) = absolute_of_keyword(module, &path).or_else(own_child) else { continue };
        match name.as_str() {
            "*" => names.globs.push((target, is_shown)),
            _ => drop(names.imported.insert(name, (target, is_shown))),
        }
    }
    names
}

/// What `use` says: path, name here (`*` for all), and that it is shown further.
struct Uses(Vec<(Vec<String>, String, bool)>);

impl Uses {
    fn add(&mut self, tree: &syn::UseTree, before: &[String], is_shown: bool) {
        let with = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.add(&path.tree, &with(&path.ident), is_shown),
            syn::UseTree::Name(name) if name.ident == "self" => {
                self.0.push((before.to_vec(), before.last().cloned().unwrap_or_default(), is_shown));
            }
            syn::UseTree::Name(name) => self.0.push((with(&name.ident), name.ident.to_string(), is_shown)),
            syn::UseTree::Rename(name) => self.0.push((with(&name.ident), name.rename.to_string(), is_shown)),
            syn::UseTree::Glob(_) => self.0.push((before.to_vec(), "*".into(), is_shown)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, before, is_shown)),
        }
    }
}

impl Visit<'_> for Uses {
    fn visit_item(&mut self, item: &syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }
    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        self.add(&item.tree, &[], !matches!(item.vis, syn::Visibility::Inherited));
    }
}

/// Every path in code.
#[derive(Default)]
struct Paths(BTreeSet<Vec<String>>);

impl Paths {
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => path.push(ident.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => continue,
                TokenTree::Group(group) => {
                    self.add_tokens(group.stream());
                    self.0.insert(std::mem::take(&mut path));
                }
                _ => drop(self.0.insert(std::mem::take(&mut path))),
            }
        }
        self.0.insert(path);
        self.0.remove(&Vec::new());
    }
}

impl Visit<'_> for Paths {
    fn visit_item(&mut self, item: &syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }
    fn visit_item_use(&mut self, _: &syn::ItemUse) {}
    fn visit_path(&mut self, path: &syn::Path) {
        self.0.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
    fn visit_macro(&mut self, called: &syn::Macro) {
        self.visit_path(&called.path);
        self.add_tokens(called.tokens.clone());
    }
}

pub(crate) fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
