//! Matches over requests: a new operation must show wherever requests are told apart.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::source::Source;

/// Arms that take whatever request comes, be it `_` or a name, beside arms that name requests.
pub(crate) fn glob_arms(source: &Source) -> Vec<String> {
    let mut aliases = Aliases(BTreeSet::from(["Request".to_owned()]));
    aliases.visit_file(&source.syntax);
    let mut arms = Arms { enums: aliases.0, in_request: false, found: Vec::new() };
    arms.visit_file(&source.syntax);
    arms.found.into_iter().map(|line| format!("{}:{line}: a glob arm over requests", source.name)).collect()
}

/// The names that requests have in a file.
struct Aliases(BTreeSet<String>);

impl Visit<'_> for Aliases {
    fn visit_use_rename(&mut self, name: &syn::UseRename) {
        if name.ident == "Request" {
            self.0.insert(name.rename.to_string());
        }
    }
}

struct Arms {
    enums: BTreeSet<String>,
    /// Within `impl Request`, where `Self` is one.
    in_request: bool,
    found: Vec<usize>,
}

impl Arms {
    /// Whether a pattern names a variant of a request, also within a tuple or another variant.
    fn names_request(&self, pattern: &syn::Pat) -> bool {
        struct Finder<'a>(&'a Arms, bool);
        impl Visit<'_> for Finder<'_> {
            fn visit_path(&mut self, path: &syn::Path) {
                let of = path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
                let Finder(arms, found) = self;
                *found |= of.is_some_and(|of| arms.enums.contains(&of) || (of == "Self" && arms.in_request));
            }
        }
        let mut finder = Finder(self, false);
        finder.visit_pat(pattern);
        finder.1
    }
}

impl Visit<'_> for Arms {
    fn visit_item_impl(&mut self, item: &syn::ItemImpl) {
        let of_request = match &*item.self_ty {
            syn::Type::Path(of) => {
                of.path.segments.last().is_some_and(|last| self.enums.contains(&last.ident.to_string()))
            }
            _ => false,
        };
        let before = std::mem::replace(&mut self.in_request, of_request);
        visit::visit_item_impl(self, item);
        self.in_request = before;
    }
    fn visit_expr_match(&mut self, matched: &syn::ExprMatch) {
        if matched.arms.iter().any(|arm| self.names_request(&arm.pat)) {
            let globs = matched.arms.iter().filter(|arm| takes_all(&arm.pat));
            self.found.extend(globs.map(|arm| arm.pat.span().start().line));
        }
        visit::visit_expr_match(self, matched);
    }
}

fn takes_all(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Wild(_) => true,
        // A constant is written in capitals.
        syn::Pat::Ident(name) => name.subpat.is_none() && name.ident.to_string().starts_with(char::is_lowercase),
        syn::Pat::Tuple(tuple) => tuple.elems.iter().all(takes_all),
        _ => false,
    }
}
