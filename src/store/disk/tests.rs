use super::*;
use crate::store::testing::{Place, at};

#[tokio::test]
async fn the_reserve_is_really_there_and_is_given_up() {
    let place = Place::new();
    let store = place.open(at(0)).await;
    store.lay_ballast().await.expect("laid");
    let path = ballast(store.path());
    let data = fs::metadata(&path).expect("a file");
    assert_eq!(data.len(), 16 << 20);
    assert!(data.blocks() * 512 >= 16 << 20, "no hole");
    File::create(&path).expect("cut, as by a crash");
    store.lay_ballast().await.expect("laid anew");
    assert_eq!(fs::metadata(&path).expect("a file").len(), 16 << 20);
    assert!(store.drop_ballast());
    assert!(!store.drop_ballast());
}

#[tokio::test]
async fn a_file_that_was_deleted_or_replaced_is_not_ours_and_its_content_is_kept() {
    for replaced in [false, true] {
        let place = Place::new();
        let store = place.open(at(0)).await;
        assert!(store.is_in_place());
        let identity = store.key("x");
        fs::remove_file(store.path()).expect("deleted");
        if replaced {
            fs::write(store.path(), "another").expect("written");
        }
        assert!(!store.is_in_place());
        let mut copy = place.options.clone();
        copy.path.set_file_name("fivebells.db.rescued-1");
        store.close().await;
        let rescued = Store::open(&copy, at(1)).await.expect("a whole store");
        assert_eq!(rescued.key("x"), identity);
        assert_eq!(
            place.options.path.exists(),
            replaced,
            "what stands there is left alone"
        );
    }
}
