//! What is public: only what another crate, a bench, an example, a fuzz target or a test in `tests/` uses.
//!
//! A name is used when it is written there, or stands in the signature of a public item that is used.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};

use crate::source::{Modules, Source, is_for_tests};

/// A public item: where it is, its name, and the words of its signature.
struct Item {
    file: String,
    line: usize,
    name: String,
    words: BTreeSet<String>,
}

/// Public items whose name nobody outside the library needs. `outside` is what other crates say.
pub(crate) fn unused(modules: &Modules<'_>, outside: &[Source], documents: &[String]) -> Vec<String> {
    let mut used: BTreeSet<String> = BTreeSet::new();
    outside.iter().for_each(|source| add_words(&source.text, &mut used));
    documents.iter().flat_map(|text| code_of(text)).for_each(|code| add_words(code, &mut used));
    let mut items = Vec::new();
    for module in modules.values() {
        let mut found = Public { file: module.file, items: &mut items, of_traits: &mut used };
        module.items.iter().filter(|item| !is_file(item)).for_each(|item| found.visit_item(item));
    }
    loop {
        let before = used.len();
        for item in &items {
            if used.contains(&item.name) {
                used.extend(item.words.iter().cloned());
            }
        }
        if used.len() == before {
            break;
        }
    }
    let unused = items.iter().filter(|item| !used.contains(&item.name));
    unused.map(|item| format!("{}:{}: {}", item.file, item.line, item.name)).collect()
}

/// A module with a file of its own is in `modules` itself; only its name is looked at here.
fn is_file(item: &syn::Item) -> bool {
    matches!(item, syn::Item::Mod(item) if item.content.is_some())
}

fn add_words(text: &str, words: &mut BTreeSet<String>) {
    let found = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.extend(found.map(str::to_owned));
}

/// Code in a document: what stands between backticks, and lines that are indented.
fn code_of(text: &str) -> impl Iterator<Item = &str> {
    let indented = text.lines().filter(|line| line.starts_with("    "));
    text.split('`').skip(1).step_by(2).chain(indented)
}

struct Public<'a> {
    file: &'a str,
    items: &'a mut Vec<Item>,
    /// Words of what traits ask for, which is as public as the trait.
    of_traits: &'a mut BTreeSet<String>,
}

impl Public<'_> {
    fn add(&mut self, visibility: &syn::Visibility, name: &syn::Ident, signature: TokenStream) {
        if matches!(visibility, syn::Visibility::Public(_)) {
            let (file, line) = (self.file.to_owned(), name.span().start().line);
            self.items.push(Item { file, line, name: name.to_string(), words: words_of(signature) });
        }
    }
}

fn words_of(tokens: TokenStream) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(words.insert(ident.to_string())),
            TokenTree::Group(group) => words.extend(words_of(group.stream())),
            _ => {}
        }
    }
    words
}

/// What one sees of a struct from outside: its public fields.
fn public_fields(fields: &syn::Fields) -> TokenStream {
    let public = fields.iter().filter(|field| matches!(field.vis, syn::Visibility::Public(_)));
    public.flat_map(|field| field.ty.to_token_stream()).collect()
}

impl Visit<'_> for Public<'_> {
    fn visit_item(&mut self, item: &syn::Item) {
        if is_for_tests(crate::imports::attributes(item)) {
            return;
        }
        match item {
            syn::Item::Const(item) => self.add(&item.vis, &item.ident, item.ty.to_token_stream()),
            syn::Item::Static(item) => self.add(&item.vis, &item.ident, item.ty.to_token_stream()),
            syn::Item::Enum(item) => {
                self.add(&item.vis, &item.ident, item.variants.to_token_stream());
            }
            syn::Item::Fn(item) => self.add(&item.vis, &item.sig.ident, item.sig.to_token_stream()),
            syn::Item::Mod(item) => self.add(&item.vis, &item.ident, TokenStream::new()),
            syn::Item::Struct(item) => {
                let seen = [item.generics.to_token_stream(), public_fields(&item.fields)];
                self.add(&item.vis, &item.ident, seen.into_iter().collect());
                visit::visit_item_struct(self, item);
            }
            syn::Item::Trait(item) => self.add(&item.vis, &item.ident, item.to_token_stream()),
            syn::Item::Type(item) => {
                self.add(&item.vis, &item.ident, item.ty.to_token_stream());
                // A trait that a type goes through is seen wherever the type is, whatever the alias.
                if matches!(&*item.ty, syn::Type::Path(path) if path.qself.is_some()) {
                    self.of_traits.extend(words_of(item.ty.to_token_stream()));
                }
            }
            // What a list is made of is as public as what the list makes.
            syn::Item::Macro(item) => self.of_traits.extend(words_of(item.mac.tokens.clone())),
            syn::Item::Impl(item) => {
                self.of_traits.extend(words_of(item.generics.to_token_stream()));
                let types = item.items.iter().filter(|part| matches!(part, syn::ImplItem::Type(_)));
                types.for_each(|part| self.of_traits.extend(words_of(part.to_token_stream())));
                visit::visit_item_impl(self, item);
            }
            _ => {}
        }
    }
    fn visit_impl_item_fn(&mut self, item: &syn::ImplItemFn) {
        self.add(&item.vis, &item.sig.ident, item.sig.to_token_stream());
    }
    fn visit_impl_item_const(&mut self, item: &syn::ImplItemConst) {
        self.add(&item.vis, &item.ident, item.ty.to_token_stream());
    }
    fn visit_field(&mut self, field: &syn::Field) {
        if let Some(name) = &field.ident {
            self.add(&field.vis, name, field.ty.to_token_stream());
        }
    }
}
