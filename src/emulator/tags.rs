//! Tags of usage plans, API keys, APIs and stages, addressed by ARN.

use super::account::{Account, Tags};
use super::answer::Answer;
use super::body::{FromBody, Member};
use super::refusal::Refusal;

/// The body of `TagResource`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewTags {
    tags: Option<Tags>,
}

impl FromBody for NewTags {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let tags = member.object()?.get("tags")?;
        Ok(Self { tags })
    }
}

/// The resource that an ARN names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resource {
    Plan(String),
    Key(String),
    Api(String),
    Stage(String, String),
}

impl Resource {
    /// Reads `arn:{partition}:apigateway:{region}::/usageplans/{id}` and its like. Inferred text.
    pub fn parse(arn: &str) -> Result<Self, Refusal> {
        let bad = || Refusal::bad_request("Invalid ARN specified in the request");
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, "apigateway", _, "", path] = parts.as_slice() else {
            return Err(bad());
        };
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["", "usageplans", id] => Ok(Self::Plan((*id).to_owned())),
            ["", "apikeys", id] => Ok(Self::Key((*id).to_owned())),
            ["", "restapis", id] => Ok(Self::Api((*id).to_owned())),
            ["", "restapis", id, "stages", stage] => {
                Ok(Self::Stage((*id).to_owned(), (*stage).to_owned()))
            }
            _ => Err(bad()),
        }
    }
}

impl Account {
    pub fn tag_resource(&mut self, resource: &Resource, new: NewTags) -> Result<Answer, Refusal> {
        let tags = self.tags_mut(resource)?;
        let new = new
            .tags
            .filter(|new| !new.is_empty())
            .ok_or_else(|| Refusal::bad_request("Tags must not be empty"))?;
        check_tags(tags, &new)?;
        tags.extend(new);
        Ok(Answer::empty(204))
    }

    pub fn untag_resource(
        &mut self,
        resource: &Resource,
        keys: &[String],
    ) -> Result<Answer, Refusal> {
        let tags = self.tags_mut(resource)?;
        if keys.is_empty() {
            return Err(Refusal::bad_request("Tag keys must not be empty"));
        }
        if keys.iter().any(|key| key.starts_with("aws:")) {
            return Err(reserved());
        }
        tags.retain(|key, _| !keys.contains(key));
        Ok(Answer::empty(204))
    }

    pub fn get_tags(&mut self, resource: &Resource) -> Result<Answer, Refusal> {
        let tags = self.tags_mut(resource)?;
        Ok(Answer::json(200, &serde_json::json!({ "tags": tags })))
    }

    fn tags_mut(&mut self, resource: &Resource) -> Result<&mut Tags, Refusal> {
        match resource {
            Resource::Plan(id) => Ok(&mut self
                .plans
                .get_mut(id)
                .ok_or_else(Refusal::unknown_plan)?
                .tags),
            Resource::Key(id) => {
                Ok(&mut self.keys.get_mut(id).ok_or_else(Refusal::unknown_key)?.tags)
            }
            Resource::Api(id) => {
                Ok(&mut self.apis.get_mut(id).ok_or_else(Refusal::unknown_api)?.tags)
            }
            Resource::Stage(id, stage) => {
                let api = self.apis.get_mut(id).ok_or_else(Refusal::unknown_api)?;
                Ok(&mut api
                    .stage_mut(stage)
                    .ok_or_else(Refusal::unknown_stage)?
                    .tags)
            }
        }
    }
}

fn reserved() -> Refusal {
    Refusal::bad_request("Tag keys must not start with the reserved prefix aws:")
}

/// Keys of at most 128 characters, values of at most 256, no `aws:` (confirmed by the model, texts
/// inferred); 50 tags in all (confirmed for stages, inferred for the rest).
pub(super) fn check_tags(present: &Tags, new: &Tags) -> Result<(), Refusal> {
    for (key, value) in new {
        if key.starts_with("aws:") {
            return Err(reserved());
        }
        if key.is_empty() || key.chars().count() > 128 {
            return Err(Refusal::bad_request(
                "Tag keys must have between 1 and 128 characters",
            ));
        }
        if value.chars().count() > 256 {
            return Err(Refusal::bad_request(
                "Tag values must have at most 256 characters",
            ));
        }
    }
    if present.len() + new.keys().filter(|key| !present.contains_key(*key)).count() > 50 {
        return Err(Refusal::bad_request("A resource must have at most 50 tags"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_name_one_resource() {
        let parse = |path: &str| Resource::parse(&format!("arn:aws:apigateway:us-east-1::{path}"));
        assert_eq!(
            parse("/usageplans/w0mvrr"),
            Ok(Resource::Plan("w0mvrr".into()))
        );
        assert_eq!(
            parse("/restapis/a/stages/b"),
            Ok(Resource::Stage("a".into(), "b".into()))
        );
        for bad in [
            "",
            "/",
            "/usageplans",
            "usageplans/x",
            "/restapis/a/stages",
            "/account",
        ] {
            assert_eq!(parse(bad).unwrap_err().status, 400, "{bad}");
        }
        assert!(Resource::parse("arn:aws:s3:::bucket").is_err());
    }

    #[test]
    fn reserved_and_long_tags_are_refused() {
        let tags = |key: &str, value: &str| Tags::from([(key.to_owned(), value.to_owned())]);
        assert!(check_tags(&Tags::new(), &tags("team", "blue")).is_ok());
        assert!(check_tags(&Tags::new(), &tags("aws:x", "")).is_err());
        assert!(check_tags(&Tags::new(), &tags(&"k".repeat(129), "")).is_err());
        assert!(check_tags(&Tags::new(), &tags("k", &"v".repeat(257))).is_err());
        let full: Tags = (0..50).map(|i| (i.to_string(), String::new())).collect();
        assert!(check_tags(&full, &tags("k", "")).is_err());
        assert!(check_tags(&full, &tags("7", "changed")).is_ok());
    }
}
