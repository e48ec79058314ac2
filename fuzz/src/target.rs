//! Whatever is typed as a target is understood or refused; what is understood is understood again.

use holter_model::Target;

/// Reads `data` as a target.
pub fn run(data: &[u8]) {
    let Ok(typed) = std::str::from_utf8(data) else {
        return;
    };
    match typed.parse::<Target>() {
        Ok(target) => {
            assert_ne!(target.port, Some(0));
            assert_eq!(target.to_string().parse(), Ok(target));
        }
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
}
