//! Custom fields, their options and their values.

use serde_json::{Value, json};

use super::tests::{Blobs, calls, done, list, mutation, new, sent};
use super::*;
use crate::http::testing::Scripted;
use crate::model::NativeId;
use crate::platforms::asana::testing::{asana, data, refusal};

fn value(field: &str, verb: Verb, fields: Value) -> Mutation {
    let id = Some(NativeId(format!("7:{field}")));
    Mutation { id, parent: Some("7".into()), ..mutation(verb, Kind::FieldValue, fields) }
}

#[tokio::test]
async fn a_value_that_is_to_go_is_gone_where_the_task_has_lost_its_field() {
    let live = data(&json!({"gid": "7", "custom_fields": [{"gid": "f2", "resource_subtype": "text"}]}));
    let (result, calls) = sent(&value("f1", Verb::Delete, json!({})), vec![live]).await;
    assert!(result.is_ok() && calls.len() == 1, "{calls:?}");
}

#[tokio::test]
async fn a_local_field_is_created_with_its_setting_and_a_global_one_found_again() {
    let local = json!({"name": "F", "resource_subtype": "text", "is_important": true, "is_global_to_workspace": false});
    let workspace = || data(&json!({"gid": "20", "workspace": {"gid": "9"}}));
    let setting = data(&json!({"gid": "set", "custom_field": {"gid": "f9"}}));
    let (result, calls) = sent(&mutation(Verb::Create, Kind::FieldDef, local), vec![workspace(), setting]).await;
    assert_eq!(result.unwrap().key.id.as_str(), "f9");
    assert_eq!(
        calls[1].1,
        json!({"custom_field": {"name": "F", "resource_subtype": "text", "workspace": "9"}, "is_important": true})
    );
    let global = json!({"name": "F", "resource_subtype": "text", "is_global_to_workspace": true});
    let fields = list(&json!([{"gid": "f1", "name": "F", "resource_subtype": "text"}]));
    let answers = vec![workspace(), fields, list(&json!([])), done()];
    let (result, calls) = sent(&mutation(Verb::Create, Kind::FieldDef, global), answers).await;
    assert_eq!(result.unwrap().key.id.as_str(), "f1");
    assert_eq!(calls[3].1, json!({"custom_field": "f1"}));
}

#[tokio::test]
async fn values_of_one_task_travel_together_in_their_own_shapes() {
    let wave = [
        value("f1", Verb::Create, json!({"custom_field": "f1", "text_value": "x"})),
        value("f2", Verb::Create, json!({"custom_field": "f2", "enum_value": {"gid": "o1"}})),
        value("f3", Verb::Update, json!({"multi_enum_values": ["o2"]})),
        value("f4", Verb::Update, json!({"date_value": {"date": "2026-12-01", "date_time": null}})),
    ];
    let scripted = Scripted::new([done()]);
    let results = write(&asana(&scripted), &wave, &Blobs).await;
    assert!(results.iter().all(Result::is_ok));
    let expected = json!({"custom_fields": {"f1": "x", "f2": "o1", "f3": ["o2"], "f4": {"date": "2026-12-01"}}});
    assert_eq!(calls(&scripted), [("PUT /tasks/7".to_owned(), expected)]);
}

#[tokio::test]
async fn values_of_the_project_go_to_the_project_and_a_refusal_tells_of_portfolios() {
    let on_project = |verb, field: &str| Mutation {
        id: Some(NativeId(format!("20:{field}"))),
        parent: Some("20".into()),
        ..mutation(verb, Kind::FieldValue, json!({"text_value": "x"}))
    };
    let scripted = Scripted::new([done()]);
    let wave = [on_project(Verb::Update, "f1"), on_project(Verb::Create, "f2"), value("f1", Verb::Update, json!({}))];
    let results = write(&asana(&scripted), &wave[..2], &Blobs).await;
    assert_eq!(results[1].as_ref().unwrap().key.id.as_str(), "20:f2");
    let expected = json!({"custom_fields": {"f1": "x", "f2": "x"}});
    assert_eq!(calls(&scripted), [("PUT /projects/20".to_owned(), expected)]);
    assert_eq!(super::values::same_owner(&wave), 2, "a task's values are set by a request of their own");

    let answers = [refusal(400, "Custom field with ID f1 is not on given object"), data(&json!({"gid": "f1"}))];
    let scripted = Scripted::new(answers);
    let results = write(&asana(&scripted), &wave[..1], &Blobs).await;
    assert!(matches!(&results[0], Err(WriteError::Refused(why)) if why.contains("portfolio")), "{results:?}");
}

#[tokio::test]
async fn an_option_that_is_off_is_switched_on_for_the_moment() {
    let scripted = Scripted::new([
        refusal(400, "enum_value: not enabled"),
        data(&json!({"gid": "f2", "enum_options": [{"gid": "o1", "enabled": false}]})),
        done(),
        done(),
        done(),
    ]);
    let wave = [value("f2", Verb::Create, json!({"custom_field": "f2", "enum_value": {"gid": "o1"}}))];
    assert!(write(&asana(&scripted), &wave, &Blobs).await[0].is_ok());
    let calls = calls(&scripted);
    assert_eq!((&calls[2].1, &calls[4].1), (&json!({"enabled": true}), &json!({"enabled": false})));
}

#[tokio::test]
async fn a_computed_field_is_put_on_the_project_before_its_next_and_never_twice() {
    let mut field = mutation(Verb::Create, Kind::FieldUse, json!({"definition": "f1", "insert_before": "20:f2"}));
    field.id = Some("20:f1".into());
    let settings = |fields: &[&str]| {
        let settings = fields.iter().map(|field| json!({"gid": format!("s-{field}"), "custom_field": {"gid": field}}));
        list(&settings.collect())
    };
    let (result, calls) = sent(&field, vec![settings(&["f2"]), settings(&["f2"]), new()]).await;
    assert_eq!(result.unwrap().key.to_string(), "20/field-use/20:f1");
    let body = json!({"custom_field": "f1", "insert_before": "s-f2"});
    assert_eq!(calls[2], ("POST /projects/20/addCustomFieldSetting".to_owned(), body));

    let (result, calls) = sent(&field, vec![settings(&["f1", "f2"])]).await;
    assert_eq!((result.unwrap().key.id.as_str(), calls.len()), ("20:f1", 1));

    let removal = Mutation { verb: Verb::Delete, ..field };
    let (_, calls) = sent(&removal, vec![settings(&["f1"]), done()]).await;
    assert_eq!(calls[1], ("POST /projects/20/removeCustomFieldSetting".to_owned(), json!({"custom_field": "f1"})));
}
