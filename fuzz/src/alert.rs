//! An alert that was read is written and read back the same.

use holter_wire::alert::Alert;

/// Reads `data` as the body of an alert record.
pub fn run(data: &[u8]) {
    let (alert, oddities) = Alert::read(data);
    assert_eq!(alert.is_none(), data.len() < 2);
    assert_eq!(oddities.is_empty(), data.len() == 2);
    if let Some(alert) = alert {
        assert_eq!(Alert::read(&alert.encode()), (Some(alert), Vec::new()));
        let _ = alert.description.to_string();
    }
}
