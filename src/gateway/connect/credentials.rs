//! Where credentials come from, as far as environment and AWS files tell, and how
//! they are renewed there. What it reads is what the SDK's own chain goes by.

use std::fmt;

use aws_config::profile::{Profile, ProfileSet};
use aws_types::os_shim_internal::Env;

use super::given::non_empty;
use crate::gateway::failure::FailureKind;
use crate::plan::calls::command_line::quoted;

/// The source of the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Those of the sample account.
    Sample,
    /// Keys in the environment.
    Environment,
    /// A token in a file that the environment names, for a role.
    TokenOfEnvironment {
        /// The file.
        file: String,
    },
    /// A profile of the AWS files.
    Profile {
        /// The profile that has them: the one that was chosen, or the last of those
        /// that it takes them from.
        name: String,
        /// The means by which the profile has them.
        how: Means,
        /// The roles that are assumed with them, the last one last.
        roles: Vec<String>,
        /// The profile whose role needs an MFA code, which the SDK does not ask for.
        mfa: Option<String>,
    },
    /// Nothing here has any: what is left is to ask the machine or the container.
    Machine,
    /// Nothing here has any, and nothing else is asked.
    Nowhere,
}

/// The means by which a profile has credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// Keys for good.
    Keys,
    /// Keys of a session, which ends.
    SessionKeys,
    /// A session of IAM Identity Center.
    Sso,
    /// A session of `aws login`.
    Login,
    /// A program that gives them; its name without arguments, which may be secret.
    Process(String),
    /// A token in this file.
    Token(String),
    /// The environment, the container or the machine, as the profile names it.
    Elsewhere(String),
    /// The profile takes them from this one, which does not exist.
    NoSource(String),
    /// The profile says nothing of it.
    Unsaid,
}

impl Credentials {
    /// Follows the chain. `asks_machine` says whether it goes on to the container's
    /// and the machine's own.
    pub(in crate::gateway) fn find(
        named: bool,
        asks_machine: bool,
        env: &Env,
        profiles: &ProfileSet,
    ) -> Self {
        let variable = |name| non_empty(env.get(name).ok());
        if !named
            && variable("AWS_ACCESS_KEY_ID").is_some()
            && variable("AWS_SECRET_ACCESS_KEY").is_some()
        {
            return Self::Environment;
        }
        // In the order of the SDK's chain: environment, profile, the environment's token,
        // and what the container or the machine has.
        let of_profile = Self::of_profile(profiles);
        let has_none = match &of_profile {
            Some(Self::Profile { how, .. }) => *how == Means::Unsaid,
            _ => true,
        };
        // A profile that was asked for is not left for others' credentials.
        if named || !has_none {
            return of_profile.unwrap_or(Self::Nowhere);
        }
        match variable("AWS_WEB_IDENTITY_TOKEN_FILE") {
            Some(file) if asks_machine => Self::TokenOfEnvironment { file },
            _ if asks_machine => Self::Machine,
            _ => of_profile.unwrap_or(Self::Nowhere),
        }
    }

    fn of_profile(profiles: &ProfileSet) -> Option<Self> {
        let mut profile = profiles.get_profile(profiles.selected_profile())?;
        let mut roles = Vec::new();
        let mut mfa = None;
        let mut missing = None;
        let mut visited = vec![profile.name()];
        loop {
            // A role with a token needs no other profile's credentials.
            let token = profile.get("web_identity_token_file");
            if let (Some(role), None) = (profile.get("role_arn"), token) {
                roles.push(role.to_owned());
                if profile.get("mfa_serial").is_some() {
                    mfa.get_or_insert_with(|| profile.name().to_owned());
                }
                let source = profile.get("source_profile");
                let is_there = |source: &&str| profiles.get_profile(source).is_some();
                missing = source.filter(|source| !is_there(source));
                // Two profiles that name each other would lead round for ever.
                let next = source.filter(|next| !visited.contains(next));
                if let Some(next) = next.and_then(|next| profiles.get_profile(next)) {
                    profile = next;
                    visited.push(profile.name());
                    continue;
                }
            }
            roles.reverse();
            return Some(Self::Profile {
                name: profile.name().to_owned(),
                how: match missing {
                    Some(source) => Means::NoSource(source.to_owned()),
                    None => Means::of(profile),
                },
                roles,
                mfa,
            });
        }
    }

    /// The advice for credentials that are missing, ran out or are not accepted; empty
    /// where that does not come about.
    pub(in crate::gateway) fn renewal(&self, kind: &FailureKind) -> String {
        match self {
            // It takes any.
            Self::Sample => String::new(),
            Self::Environment => "They come from the environment (AWS_ACCESS_KEY_ID and others), \
                 which cannot change while plangate runs: leave it, set new ones, and start it \
                 again; drafts are kept."
                .to_owned(),
            Self::TokenOfEnvironment { file } => format!(
                "The token in {file} (AWS_WEB_IDENTITY_TOKEN_FILE) must be there and fresh."
            ),
            Self::Profile {
                name, how, roles, ..
            } => {
                let renewal = how.renewal(name, kind);
                match roles.last() {
                    None => renewal,
                    Some(role) => {
                        format!("{renewal} They must be allowed sts:AssumeRole on {role}.")
                    }
                }
            }
            Self::Machine => "Run `aws configure` or `aws sso login`, choose a --profile, or set \
                 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; neither the environment nor the AWS \
                 files have credentials, and this machine was asked for its own."
                .to_owned(),
            // Only a server on this machine has nobody else to ask.
            Self::Nowhere => "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a \
                 --profile; a local server takes any value."
                .to_owned(),
        }
    }
}

impl Means {
    fn of(profile: &Profile) -> Self {
        let has = |key| profile.get(key).is_some();
        // In the order in which the SDK looks.
        if let Some(source) = profile.get("credential_source") {
            Self::Elsewhere(source.to_owned())
        } else if let (true, Some(file)) = (has("role_arn"), profile.get("web_identity_token_file"))
        {
            Self::Token(file.to_owned())
        } else if has("sso_session") || has("sso_start_url") {
            Self::Sso
        } else if has("login_session") {
            Self::Login
        } else if let Some(command) = profile.get("credential_process") {
            Self::Process(program_of(command))
        } else if !has("aws_access_key_id") {
            Self::Unsaid
        } else if has("aws_session_token") {
            Self::SessionKeys
        } else {
            Self::Keys
        }
    }

    fn renewal(&self, name: &str, kind: &FailureKind) -> String {
        let option = if name == "default" {
            String::new()
        } else {
            format!(" --profile {}", quoted(name))
        };
        match self {
            Self::Sso => format!("Run `aws sso login{option}`."),
            Self::Login => format!("Run `aws login{option}`."),
            Self::Process(program) => format!(
                "Sign in where the program `{program}` does (credential_process of the profile \
                 {name}), or fix it."
            ),
            Self::Token(file) => format!(
                "The token in {file} (web_identity_token_file of the profile {name}) must be \
                 there and fresh."
            ),
            Self::SessionKeys => format!(
                "Write the keys of a new session (with aws_session_token) into the AWS \
                 credentials file, profile {name}."
            ),
            Self::Keys if *kind == FailureKind::Expired => format!(
                "Write new keys into the AWS credentials file, profile {name}: `aws \
                 configure{option}`."
            ),
            Self::Keys => format!(
                "Check the keys of the profile {name} (`aws configure{option}`) and the Region."
            ),
            Self::Elsewhere(source) => format!(
                "The profile {name} takes them from {source} (credential_source), which has none \
                 that work."
            ),
            Self::NoSource(source) => format!(
                "Correct source_profile of the profile {name}: there is no profile {source}."
            ),
            Self::Unsaid => format!(
                "The profile {name} has no credentials: run `aws configure{option}`, \
                 `aws sso login{option}` or `aws login{option}`, choose another --profile, or set \
                 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            ),
        }
    }
}

/// The name of the program that a shell would run for this command, and nothing else of
/// it: what is set before it (`TOKEN=secret`) and its arguments may be secret.
fn program_of(command: &str) -> String {
    let mut rest = command.trim_start();
    while !rest.is_empty() {
        let (word, after) = first_word(rest);
        if !is_setting(&word) {
            let name = word.rsplit('/').next().unwrap_or_default();
            return name.to_owned();
        }
        rest = after.trim_start();
    }
    String::new()
}

/// Returns true if a word sets a variable for the command behind it.
fn is_setting(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        !name.is_empty() && name.chars().all(is_letter) && !name.starts_with(char::is_numeric)
    })
}

/// The first word of a command without its quotes, and what follows it.
fn first_word(command: &str) -> (String, &str) {
    let mut word = String::new();
    let mut quote = None;
    let mut letters = command.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (letter, quote) {
            (_, None) if letter.is_whitespace() => {
                return (word, command.get(at..).unwrap_or_default());
            }
            ('"' | '\'', None) => quote = Some(letter),
            (_, Some(open)) if letter == open => quote = None,
            ('\\', None | Some('"')) => word.extend(letters.next().map(|(_, letter)| letter)),
            _ => word.push(letter),
        }
    }
    (word, "")
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sample => f.write_str("those of the sample account"),
            Self::Environment => f.write_str("the environment (AWS_ACCESS_KEY_ID)"),
            Self::TokenOfEnvironment { file } => {
                write!(f, "the token in {file} (AWS_WEB_IDENTITY_TOKEN_FILE)")
            }
            Self::Profile {
                name, how, roles, ..
            } => {
                write!(f, "{how} of the profile {name}")?;
                for role in roles {
                    write!(f, ", with them the role {role}")?;
                }
                Ok(())
            }
            Self::Machine => f.write_str("this machine or its container"),
            Self::Nowhere => f.write_str("nowhere: neither environment nor AWS files have any"),
        }
    }
}

impl fmt::Display for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys => f.write_str("the keys"),
            Self::SessionKeys => f.write_str("the keys of a session"),
            Self::Sso => f.write_str("the SSO session"),
            Self::Login => f.write_str("the session of `aws login`"),
            Self::Process(program) => write!(f, "the program `{program}` (credential_process)"),
            Self::Token(file) => write!(f, "the token in {file}"),
            Self::Elsewhere(source) => write!(f, "{source} (credential_source)"),
            Self::NoSource(source) => write!(f, "the missing profile {source}, the source"),
            Self::Unsaid => f.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use aws_runtime::env_config::file::EnvConfigFiles;
    use aws_types::os_shim_internal::Fs;

    use super::*;

    const FILES: &[(&str, &str)] = &[(
        "/home/.aws/config",
        "[profile sso]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R\n\
         [profile old-sso]\nsso_start_url = https://x.test\n\
         [profile login]\nlogin_session = arn:aws:iam::1:user/x\n\
         [profile process]\ncredential_process = vault --secret hunter2\n\
         [profile token]\nrole_arn = arn:role\nweb_identity_token_file = /t\n\
         [profile keys]\naws_access_key_id = a\naws_secret_access_key = b\n\
         [profile session]\naws_access_key_id = a\naws_secret_access_key = b\naws_session_token = c\n\
         [profile role]\nrole_arn = arn:inner\nsource_profile = odd\n\
         [profile twice]\nrole_arn = arn:outer\nsource_profile = role\n\
         [profile own]\nrole_arn = arn:own\nsource_profile = own\naws_access_key_id = a\n\
         [profile odd]\nsso_session = s\n\
         [profile machine]\nrole_arn = arn:m\ncredential_source = Ec2InstanceMetadata\n\
         [profile none]\nregion = eu-west-1\n\
         [profile astray]\nrole_arn = arn:a\nsource_profile = nosuch\n\
         [profile coded]\nrole_arn = arn:c\nsource_profile = keys\nmfa_serial = arn:mfa\n\
         [profile loop]\nrole_arn = arn:l\nsource_profile = loop2\n\
         [profile loop2]\nrole_arn = arn:l2\nsource_profile = loop\n",
    )];

    async fn find(profile: Option<&str>, machine: bool, env: &[(&str, &str)]) -> Credentials {
        let mut all = vec![("HOME", "/home")];
        all.extend_from_slice(env);
        let env = Env::from_slice(&all);
        let files = EnvConfigFiles::default();
        let name = profile.map(|name| Cow::Owned(name.to_owned()));
        let fs = Fs::from_slice(FILES);
        let set = aws_config::profile::load(&fs, &env, &files, name).await;
        Credentials::find(profile.is_some(), machine, &env, &set.unwrap())
    }

    #[tokio::test]
    async fn each_source_says_how_it_is_renewed() {
        let expired = FailureKind::Expired;
        for (profile, told, renewal) in [
            (
                "sso",
                "the SSO session of the profile sso",
                "Run `aws sso login --profile sso`.",
            ),
            (
                "old-sso",
                "the SSO session",
                "Run `aws sso login --profile old-sso`.",
            ),
            (
                "login",
                "the session of `aws login`",
                "Run `aws login --profile login`.",
            ),
            (
                "process",
                "the program `vault` (credential_process)",
                "Sign in where the program `vault` does",
            ),
            (
                "token",
                "the token in /t",
                "The token in /t (web_identity_token_file",
            ),
            (
                "keys",
                "the keys of the profile keys",
                "`aws configure --profile keys`",
            ),
            ("session", "the keys of a session", "aws_session_token"),
            (
                "twice",
                "profile odd, with them the role arn:inner, with them the role arn:outer",
                "Run `aws sso login --profile odd`. They must be allowed sts:AssumeRole \
                 on arn:outer.",
            ),
            (
                "own",
                "the keys of the profile own, with them the role arn:own",
                "arn:own",
            ),
            (
                "machine",
                "Ec2InstanceMetadata",
                "takes them from Ec2InstanceMetadata",
            ),
            (
                "none",
                "none of the profile none",
                "`aws configure --profile none`",
            ),
            (
                "astray",
                "the missing profile nosuch",
                "Correct source_profile of the profile astray: there is no profile nosuch.",
            ),
            ("loop", "none of the profile loop2", "arn:l"),
        ] {
            let found = find(Some(profile), true, &[]).await;
            assert!(found.to_string().contains(told), "{profile}: {found}");
            let said = found.renewal(&expired);
            assert!(said.contains(renewal), "{profile}: {said}");
            assert!(!format!("{found}{said}").contains("hunter2"), "{said}");
        }
    }

    #[tokio::test]
    async fn a_role_that_needs_a_code_is_known() {
        let found = find(Some("coded"), true, &[]).await;
        let Credentials::Profile { name, mfa, .. } = &found else {
            panic!("{found}");
        };
        assert_eq!((name.as_str(), mfa.as_deref()), ("keys", Some("coded")));
    }

    #[test]
    fn of_a_program_only_its_file_s_name_is_shown() {
        for (command, program) in [
            ("/opt/vault get --token hunter2", "vault"),
            ("TOKEN=hunter2 /opt/get", "get"),
            (
                "A=hunter2 _B2='hunter2 hunter2' C=\"x hunter2\" get hunter2",
                "get",
            ),
            ("\"/a b/prog\" hunter2", "prog"),
            ("'/a b/my prog' hunter2", "my prog"),
            ("/a\\ b/prog hunter2", "prog"),
            ("  get  ", "get"),
            ("TOKEN=hunter2", ""),
            ("TOKEN='hunter2 /opt/get", ""),
            ("", ""),
        ] {
            assert_eq!(program_of(command), program, "{command}");
        }
    }

    #[tokio::test]
    async fn keys_of_the_environment_win_unless_a_profile_is_named() {
        let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
        assert_eq!(find(None, true, &keys).await, Credentials::Environment);
        let named = find(Some("sso"), true, &keys).await;
        assert!(matches!(
            named,
            Credentials::Profile {
                how: Means::Sso,
                ..
            }
        ));
        let by_variable = [("AWS_PROFILE", "login")];
        let of_variable = find(None, true, &by_variable).await;
        assert!(matches!(
            of_variable,
            Credentials::Profile {
                how: Means::Login,
                ..
            }
        ));
        let token = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")];
        let of_token = Credentials::TokenOfEnvironment {
            file: "/t".to_owned(),
        };
        assert_eq!(find(None, true, &token).await, of_token);
        assert_eq!(find(None, true, &[]).await, Credentials::Machine);
        assert_eq!(find(None, false, &token).await, Credentials::Nowhere);
    }
}
