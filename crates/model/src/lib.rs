//! The words of Holter as types: targets, observations, verdicts.
