//! The tool that manages a plan beside its operators, as its tags say.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::plan::Settings;

/// A tool that makes and changes plans from code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// Terraform.
    Terraform,
    /// `OpenTofu`.
    OpenTofu,
    /// The AWS CDK.
    Cdk,
    /// The AWS Serverless Application Model.
    Sam,
    /// The Serverless Framework.
    Serverless,
    /// AWS CloudFormation.
    CloudFormation,
    /// Pulumi.
    Pulumi,
    /// Crossplane.
    Crossplane,
    /// AWS Controllers for Kubernetes.
    Ack,
    /// Ansible.
    Ansible,
    /// AWS Chalice.
    Chalice,
}

/// The language in which a change is handed over to a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// HCL, a resource of Terraform.
    Terraform,
    /// YAML, a resource of CloudFormation.
    CloudFormation,
    /// The plan's JSON: the tool's own language is none that plangate writes.
    Json,
}

/// The tools, by the words that their tags have. The first that is found counts: `aws-cdk`
/// is not CloudFormation's.
const TOOLS: [(Tool, &[&str]); 11] = [
    (Tool::Terraform, &["terraform", "terragrunt"]),
    (Tool::OpenTofu, &["opentofu"]),
    (Tool::Cdk, &["aws-cdk", "awscdk", "cdk"]),
    (Tool::Sam, &["aws-sam", "sam"]),
    (Tool::Serverless, &["serverless", "sls"]),
    (Tool::CloudFormation, &["cloudformation", "cfn"]),
    (Tool::Pulumi, &["pulumi"]),
    (Tool::Crossplane, &["crossplane"]),
    // The tags that its controllers set (ACK documentation, "resource tags").
    (Tool::Ack, &["services.k8s.aws", "ack"]),
    (Tool::Ansible, &["ansible"]),
    (Tool::Chalice, &["aws-chalice", "chalice"]),
];

/// Keys whose value names a tool, without the marks between their words.
const SAYS_WHO: [&str; 10] = [
    "managedby",
    "createdby",
    "deployedby",
    "provisionedby",
    "provisioner",
    "deploymenttool",
    "deploytool",
    "iac",
    "iactool",
    "managementtool",
];

/// The beginning of the tags that CloudFormation sets; only AWS can.
const STACK_TAGS: &str = "aws:cloudformation:";
/// The tag that names the stack.
const STACK_NAME: &str = "aws:cloudformation:stack-name";

impl Tool {
    /// The tool that manages a plan, as one of its tags says: a key that names one, or a key
    /// such as `ManagedBy` whose value does. Inferred, but for CloudFormation's own tags: the
    /// others' are customs.
    #[must_use]
    pub fn of_tag(key: &str, value: &str) -> Option<Self> {
        let (key, value) = (key.to_ascii_lowercase(), value.to_ascii_lowercase());
        if key.starts_with(STACK_TAGS) {
            return Some(Self::CloudFormation);
        }
        // `terraform = false` says that it is not.
        let is_denied = ["false", "no", "none", "0"].contains(&value.as_str());
        if let Some(tool) = tool_in(&key, false).filter(|_| !is_denied) {
            return Some(tool);
        }
        // `lambda:createdBy` is SAM's own, `app.kubernetes.io/managed-by` a custom.
        let last = key.rsplit([':', '/']).next().unwrap_or_default();
        let last: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
        let says_who = SAYS_WHO.contains(&last.as_str());
        tool_in(&value, true).filter(|_| says_who)
    }

    /// Its name, within a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::OpenTofu => "OpenTofu",
            Self::Cdk => "the CDK",
            Self::Sam => "SAM",
            Self::Serverless => "the Serverless Framework",
            Self::CloudFormation => "CloudFormation",
            Self::Pulumi => "Pulumi",
            Self::Crossplane => "Crossplane",
            Self::Ack => "AWS Controllers for Kubernetes",
            Self::Ansible => "Ansible",
            Self::Chalice => "Chalice",
        }
    }

    /// The run of it that makes the plan what the code says.
    #[must_use]
    pub fn deployment(self) -> &'static str {
        match self {
            Self::Terraform => "the next terraform apply",
            Self::OpenTofu => "the next tofu apply",
            Self::Cdk => "the next cdk deploy",
            Self::Sam => "the next sam deploy",
            Self::Serverless => "the next serverless deploy",
            Self::CloudFormation => "the next update of the stack",
            Self::Pulumi => "the next pulumi up",
            Self::Crossplane | Self::Ack => "its controller's next pass",
            Self::Ansible => "the next run of the playbook",
            Self::Chalice => "the next chalice deploy",
        }
    }

    /// The place where the change belongs, so that it stays.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::Terraform | Self::OpenTofu => "its configuration",
            Self::CloudFormation => "the stack's template",
            Self::Sam => "its template",
            Self::Serverless => "serverless.yml",
            Self::Cdk | Self::Pulumi | Self::Chalice => "its program",
            Self::Crossplane | Self::Ack => "its manifest",
            Self::Ansible => "its playbook",
        }
    }

    /// The language in which a change is handed over to it.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            // `pulumi convert --from terraform` takes that.
            Self::Terraform | Self::OpenTofu | Self::Pulumi => Code::Terraform,
            // All of these make a CloudFormation template.
            Self::CloudFormation | Self::Cdk | Self::Sam | Self::Serverless | Self::Chalice => {
                Code::CloudFormation
            }
            Self::Crossplane | Self::Ack | Self::Ansible => Code::Json,
        }
    }
}

impl Code {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::CloudFormation => "CloudFormation",
            Self::Json => "JSON",
        }
    }
}

/// The tool that a text names: as one of its words, or, where it is a long name, as a
/// part of one. A short name (`sam`, `cdk`) counts in a key only with more around it,
/// because a team may be called so.
fn tool_in(text: &str, is_value: bool) -> Option<Tool> {
    let names = |tool: &&str| {
        let is_long = tool.len() > 4;
        let words = || text.split(|c: char| !c.is_ascii_alphanumeric());
        match (is_long, is_value) {
            (true, _) => text.contains(*tool),
            (false, true) => words().any(|word| word == *tool),
            (false, false) => text.starts_with(&format!("{tool}:")),
        }
    };
    let found = TOOLS.iter().find(|(_, tools)| tools.iter().any(names));
    found.map(|(tool, _)| *tool)
}

/// The manager of a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Manager {
    /// The tool.
    pub tool: Tool,
    /// The CloudFormation stack that the plan is a resource of; none where no tag of AWS's
    /// own names one.
    pub stack: Option<String>,
    /// The tag that the tool is inferred from, key and value; none where AWS itself says it.
    pub inferred_from: Option<(String, String)>,
}

impl Manager {
    /// The manager that the tags of a plan name; none where they name none.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Self> {
        let tags = &settings.tags;
        let stack = tags.get(STACK_NAME).cloned();
        let is_of_stack = |key: &str| key.to_ascii_lowercase().starts_with(STACK_TAGS);
        let mut inferred = tags.iter().filter(|(key, _)| !is_of_stack(key));
        let inferred =
            inferred.find_map(|(key, value)| Some((Tool::of_tag(key, value)?, key, value)));
        let has_stack = stack.is_some() || tags.keys().any(|key| is_of_stack(key));
        let inferred = inferred
            // What has a stack is deployed through CloudFormation, whatever else it says.
            .filter(|(tool, ..)| !has_stack || tool.code() == Code::CloudFormation)
            .filter(|(tool, ..)| !has_stack || *tool != Tool::CloudFormation);
        match inferred {
            Some((tool, key, value)) => Some(Self {
                tool,
                stack,
                inferred_from: Some((key.clone(), value.clone())),
            }),
            None => has_stack.then_some(Self {
                tool: Tool::CloudFormation,
                stack,
                inferred_from: None,
            }),
        }
    }

    /// The key of the tag that says it.
    #[must_use]
    pub fn tag(&self, settings: &Settings) -> Option<String> {
        let inferred = self.inferred_from.as_ref().map(|(key, _)| key.clone());
        let of_stack = |key: &&String| key.to_ascii_lowercase().starts_with(STACK_TAGS);
        inferred.or_else(|| settings.tags.keys().find(of_stack).cloned())
    }

    /// The sentence that stands before a change of the plan.
    #[must_use]
    pub fn warning(&self) -> String {
        let deployment = self.tool.deployment();
        format!("Managed by {self}: {deployment} may overwrite this change.")
    }
}

/// The manager, within a sentence: `the CloudFormation stack orders-prod`, `Terraform
/// (inferred from the tag ManagedBy = terraform)`.
impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.stack, self.tool) {
            (Some(stack), Tool::CloudFormation) => write!(f, "the CloudFormation stack {stack}")?,
            (Some(stack), tool) => {
                write!(f, "the CloudFormation stack {stack} of {}", tool.name())?;
            }
            (None, tool) => f.write_str(tool.name())?,
        }
        match &self.inferred_from {
            Some((key, value)) if value.is_empty() => {
                write!(f, " (inferred from the tag {key})")
            }
            Some((key, value)) => write!(f, " (inferred from the tag {key} = {value})"),
            None => Ok(()),
        }
    }
}

/// As within a sentence.
impl Serialize for Manager {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn managed(tags: &[(&str, &str)]) -> Option<Manager> {
        let tags = tags.iter();
        let tags = tags.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Manager::of(&Settings {
            tags: tags.collect(),
            ..Settings::default()
        })
    }

    fn said(tags: &[(&str, &str)]) -> String {
        managed(tags).map_or_else(String::new, |manager| manager.warning())
    }

    #[test]
    fn each_tool_is_told_by_its_tags() {
        for (key, value, tool) in [
            ("ManagedBy", "Terraform", Tool::Terraform),
            ("terraform", "true", Tool::Terraform),
            ("IaC", "opentofu", Tool::OpenTofu),
            ("aws-cdk:owned", "true", Tool::Cdk),
            ("lambda:createdBy", "SAM", Tool::Sam),
            ("serverless:service", "orders", Tool::Serverless),
            ("pulumi:project", "orders", Tool::Pulumi),
            ("crossplane-name", "orders", Tool::Crossplane),
            ("services.k8s.aws/namespace", "orders", Tool::Ack),
            ("provisioner", "ansible", Tool::Ansible),
            ("aws-chalice", "version=1", Tool::Chalice),
        ] {
            let manager = managed(&[(key, value)]).unwrap();
            assert_eq!(manager.tool, tool, "{key} = {value}");
            assert!(manager.inferred_from.is_some());
            assert!(manager.warning().contains("inferred"));
        }
        for (key, value) in [("team", "pay"), ("terraform", "false"), ("sam", "his plan")] {
            assert_eq!(managed(&[(key, value)]), None, "{key} = {value}");
        }
    }

    #[test]
    fn a_stack_is_certain_and_the_tool_behind_it_is_not() {
        let stack = ("aws:cloudformation:stack-name", "orders-prod");
        assert_eq!(
            said(&[stack]),
            "Managed by the CloudFormation stack orders-prod: the next update of the stack may \
             overwrite this change."
        );
        assert_eq!(
            said(&[stack, ("aws-cdk:owned", "true")]),
            "Managed by the CloudFormation stack orders-prod of the CDK (inferred from the tag \
             aws-cdk:owned = true): the next cdk deploy may overwrite this change."
        );
        // Terraform may have made the stack; the plan is CloudFormation's all the same.
        assert_eq!(
            managed(&[stack, ("ManagedBy", "terraform")]).unwrap().tool,
            Tool::CloudFormation
        );
        assert_eq!(
            said(&[("ManagedBy", "terraform")]),
            "Managed by Terraform (inferred from the tag ManagedBy = terraform): the next \
             terraform apply may overwrite this change."
        );
    }
}
