use super::*;

#[test]
fn each_kind_of_number_has_its_sign() {
    for (text, wanted) in [
        ("12", Some(Number::Bare(12))),
        ("#12", Some(Number::Item(ItemId(12)))),
        ("a12", Some(Number::Alert(AlertId(12)))),
        ("A12", Some(Number::Alert(AlertId(12)))),
        ("d12", Some(Number::Delivery(DeliveryId(12)))),
        ("D12", Some(Number::Delivery(DeliveryId(12)))),
        ("k3v9q2xw-12", Some(Number::Notice(DeliveryId(12)))),
        ("", None),
        ("a", None),
        ("-12", None),
        ("a+12", None),
        ("a12b", None),
        ("x12", None),
        ("é12", None),
        ("F-35 jets-12", None),
        ("99999999999999999999", None),
        ("d99999999999999999999", None),
    ] {
        assert_eq!(Number::read(text), wanted, "{text}");
    }
}
