//! Where one can go: the profiles of the AWS files and the Regions that are known.
//! Environment and files come as values, as they do where a gateway is set up.

use aws_types::os_shim_internal::{Env, Fs};

use super::given::non_empty;
use super::setup::{Options, from_profile_of, may_be_region, profiles};
use crate::gateway::failure::Failure;

/// A profile of the AWS files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The Region that it leads to: that of the environment, else the profile's own or
    /// that of the profile that it takes its credentials from.
    pub region: Option<String>,
}

/// The profiles of the AWS config and credentials files, in the order of their names.
///
/// # Errors
/// Where one of the files cannot be read.
pub async fn known(env: &Env, fs: &Fs) -> Result<Vec<Profile>, Failure> {
    // The profile that the environment names need not be there to list the others.
    let any = Options {
        profile: None,
        ..Options::default()
    };
    let set = profiles(&any, env, fs, false).await?;
    let of_environment = ["AWS_REGION", "AWS_DEFAULT_REGION"];
    let mut of_environment = of_environment.into_iter().map(|name| env.get(name).ok());
    let of_environment = of_environment.find_map(non_empty);
    let mut names: Vec<&str> = set.profiles().collect();
    names.sort_unstable();
    let profile = |name: &str| Profile {
        name: name.to_owned(),
        region: of_environment
            .clone()
            .or_else(|| non_empty(from_profile_of(&set, name, "region"))),
    };
    Ok(names.into_iter().map(profile).collect())
}

/// As [`known`], of this process's environment and files.
///
/// # Errors
/// Where one of the files cannot be read.
pub async fn known_here() -> Result<Vec<Profile>, Failure> {
    known(&Env::real(), &Fs::real()).await
}

/// The Regions of AWS, with what they are called. Those of the endpoint partitions of the
/// AWS SDK for Rust (aws-sdk-apigateway 1.125, `partition` of its endpoint rules); the
/// names are those of AWS's page on Regions. A Region that is missing can be typed.
pub const REGIONS: [(&str, &str); 38] = [
    ("us-east-1", "N. Virginia"),
    ("us-east-2", "Ohio"),
    ("us-west-1", "N. California"),
    ("us-west-2", "Oregon"),
    ("ca-central-1", "Canada, Central"),
    ("ca-west-1", "Calgary"),
    ("mx-central-1", "Mexico, Central"),
    ("sa-east-1", "Sao Paulo"),
    ("eu-central-1", "Frankfurt"),
    ("eu-central-2", "Zurich"),
    ("eu-north-1", "Stockholm"),
    ("eu-south-1", "Milan"),
    ("eu-south-2", "Spain"),
    ("eu-west-1", "Ireland"),
    ("eu-west-2", "London"),
    ("eu-west-3", "Paris"),
    ("af-south-1", "Cape Town"),
    ("il-central-1", "Tel Aviv"),
    ("me-central-1", "United Arab Emirates"),
    ("me-south-1", "Bahrain"),
    ("ap-east-1", "Hong Kong"),
    ("ap-east-2", "Taipei"),
    ("ap-northeast-1", "Tokyo"),
    ("ap-northeast-2", "Seoul"),
    ("ap-northeast-3", "Osaka"),
    ("ap-south-1", "Mumbai"),
    ("ap-south-2", "Hyderabad"),
    ("ap-southeast-1", "Singapore"),
    ("ap-southeast-2", "Sydney"),
    ("ap-southeast-3", "Jakarta"),
    ("ap-southeast-4", "Melbourne"),
    ("ap-southeast-5", "Malaysia"),
    ("ap-southeast-6", "New Zealand"),
    ("ap-southeast-7", "Thailand"),
    ("us-gov-east-1", "AWS GovCloud, US-East"),
    ("us-gov-west-1", "AWS GovCloud, US-West"),
    ("cn-north-1", "Beijing"),
    ("cn-northwest-1", "Ningxia"),
];

/// Returns true if a text has the form of a Region's code: `eu-west-1`, `us-gov-east-1`.
#[must_use]
pub fn looks_like_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_word =
        |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    is_number && words.len() > 1 && words.iter().all(is_word) && may_be_region(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[(&str, &str)] = &[
        (
            "/home/.aws/config",
            "[default]\nregion = eu-west-1\n\
             [profile prod]\nregion = eu-central-1\n\
             [profile role]\nsource_profile = prod\n\
             [profile bare]\noutput = json\n",
        ),
        (
            "/home/.aws/credentials",
            "[only-keys]\naws_access_key_id = a\naws_secret_access_key = b\n",
        ),
    ];

    async fn at(env: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let mut all = vec![("HOME", "/home")];
        all.extend_from_slice(env);
        let known = known(&Env::from_slice(&all), &Fs::from_slice(FILES)).await;
        let known = known.unwrap().into_iter();
        known
            .map(|profile| (profile.name, profile.region))
            .collect()
    }

    #[tokio::test]
    async fn the_profiles_of_both_files_are_known_with_their_regions() {
        let of = |name: &str, region: Option<&str>| (name.to_owned(), region.map(str::to_owned));
        let own = vec![
            of("bare", None),
            of("default", Some("eu-west-1")),
            of("only-keys", None),
            of("prod", Some("eu-central-1")),
            of("role", Some("eu-central-1")),
        ];
        assert_eq!(at(&[]).await, own);
        // One that does not exist hides none of the others.
        assert_eq!(at(&[("AWS_PROFILE", "nosuch")]).await, own);
    }

    #[tokio::test]
    async fn the_region_of_the_environment_holds_for_all_profiles() {
        for (name, region) in at(&[("AWS_REGION", "us-west-2")]).await {
            assert_eq!(region.as_deref(), Some("us-west-2"), "{name}");
        }
    }

    #[tokio::test]
    async fn without_files_there_is_none() {
        let env = Env::from_slice(&[("HOME", "/nowhere")]);
        assert_eq!(known(&env, &Fs::from_slice(&[])).await.unwrap(), []);
    }

    #[test]
    fn each_region_stands_once_and_is_one() {
        let mut codes: Vec<&str> = REGIONS.iter().map(|(code, _)| *code).collect();
        assert!(codes.iter().all(|code| looks_like_region(code)));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), REGIONS.len());
    }
}
