//! The life of findings: from open to proven fixed, and who must act next.
