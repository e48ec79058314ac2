//! The house rules that a program can hold, one test a rule; `CONTRIBUTING.md` says them in words.
//!
//! Nothing here runs outside tests. A rule reads the tree as git sees it: tracked files, and new ones that
//! nothing ignores.

#[cfg(test)]
mod changelog;
#[cfg(test)]
mod data;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod format;
#[cfg(test)]
mod fuzzed;
#[cfg(test)]
mod heads;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod names;
#[cfg(test)]
mod places;
#[cfg(test)]
mod rosters;
#[cfg(test)]
mod seams;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod tree;
#[cfg(test)]
mod words;
