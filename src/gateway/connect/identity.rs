//! Who the caller is, as AWS STS tells it. STS is another service than API Gateway: it
//! takes no turn from its pace, and has an endpoint of its own.

use std::fmt;
use std::sync::Arc;

use aws_sdk_sts::error::ProvideErrorMetadata;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;

use crate::gateway::failure::classify;
use crate::gateway::failure::fault::Fault;
use crate::gateway::failure::{Failure, FailureKind};
use crate::gateway::read::convert::Flaw;
use crate::gateway::read::request::AttemptNotes;
use crate::gateway::{Ask, Gateway};
use crate::text::showable::is_unshowable;

/// The service's name for the question.
pub(in crate::gateway) const GET_CALLER_IDENTITY: &str = "GetCallerIdentity";

/// The number of an AWS account: 12 digits (AWS account identifiers).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(String);

impl AccountNumber {
    const DIGITS: usize = 12;

    /// Reads one; `None` where it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| Self(text.to_owned()))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account that the credentials belong to.
    pub account: AccountNumber,
    /// The user, or the session of a role. Free of control characters.
    arn: String,
}

impl Identity {
    /// The longest ARN that IAM has (its API reference).
    const LONGEST_ARN: usize = 2048;

    /// Reads what STS answers; the member at fault where it is no identity.
    fn parse(account: &str, arn: &str) -> Result<Self, &'static str> {
        let is_arn = arn.starts_with("arn:")
            && arn.len() <= Self::LONGEST_ARN
            && !arn.contains(is_unshowable);
        Ok(Self {
            account: AccountNumber::parse(account).ok_or("Account")?,
            arn: is_arn.then(|| arn.to_owned()).ok_or("Arn")?,
        })
    }

    /// A user of this account.
    #[cfg(test)]
    pub(crate) fn of_account(number: &str) -> Self {
        let arn = format!("arn:aws:iam::{number}:user/ops");
        Self::parse(number, &arn).unwrap()
    }

    /// The whole ARN: `arn:aws:sts::123456789012:assumed-role/Ops/maria`.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The caller's own part of the ARN: `assumed-role/Ops/maria`.
    #[must_use]
    pub fn name(&self) -> &str {
        // What is behind the account's number may have colons of its own.
        self.arn.splitn(6, ':').last().unwrap_or(&self.arn)
    }
}

impl Ask {
    fn of_identity() -> Self {
        Self {
            service: "sts",
            operation: GET_CALLER_IDENTITY,
            target: String::new(),
            method: GET_CALLER_IDENTITY,
            path: "*".to_owned(),
            unsendable: None,
        }
    }
}

impl Gateway {
    /// The identity of the caller. Asked once: from then on it is known, to all clones of
    /// this, and [`Gateway::guards`] are those of the account.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from being answered.
    pub async fn identity(&self) -> Result<Identity, Failure> {
        if let Some(known) = self.identity.get() {
            return Ok(known.clone());
        }
        let attempt = |seen: AttemptNotes| {
            let request = self.sts.get_caller_identity();
            async move {
                let answer = request
                    .customize()
                    .mutate_request(move |request| request.add_extension(seen.clone()))
                    .send()
                    .await
                    .map_err(|error| {
                        let code = error.code().unwrap_or_default().to_owned();
                        let message = error.message().unwrap_or_default().to_owned();
                        classify::fault_of_sts(&error, &code, &message)
                    })?;
                identity(&answer)
            }
        };
        let told = |identity: &Identity| identity.arn.clone();
        let identity = self.ask(Ask::of_identity(), attempt, told).await?;
        // Two may have asked at the same time: the first answer counts for both.
        Ok(self.identity.get_or_init(|| identity).clone())
    }

    /// Finds out whether it is still the account that it was. Drafts, journal and queue are
    /// of one account: with other credentials behind the same profile they must not go on.
    ///
    /// # Errors
    ///
    /// Where it is another account, or where that cannot be learnt.
    pub async fn is_still(&self, before: &AccountNumber) -> Result<(), Failure> {
        let said = match self.identity().await {
            Ok(now) if now.account == *before => return Ok(()),
            Ok(now) => format!(
                "this is another account now: {}, not {before}. Nothing was read, sent or \
                 changed there",
                now.account
            ),
            Err(failure) if failure.kind.is_of_credentials() => return Err(failure),
            Err(failure) => format!(
                "whether they still are of the account {before} could not be checked, and nothing \
                 was read, sent or changed with them. {failure}"
            ),
        };
        let renewal = format!("Bring back credentials of the account {before}.");
        Err(
            Failure::new(Failure::CONNECT, "", FailureKind::WrongCredentials)
                .saying(&said)
                .at(Arc::clone(&self.scope))
                .renewed_by(&renewal),
        )
    }

    /// The identity of the caller, where it was asked for and answered.
    #[must_use]
    pub fn known_identity(&self) -> Option<&Identity> {
        self.identity.get()
    }
}

fn identity(answer: &GetCallerIdentityOutput) -> Result<Identity, Fault> {
    let account = answer.account().ok_or_else(|| Flaw::missing("Account"))?;
    let arn = answer.arn().ok_or_else(|| Flaw::missing("Arn"))?;
    Identity::parse(account, arn).map_err(|member| {
        let kind = FailureKind::BadAnswer {
            field: Some(member.to_owned()),
        };
        Fault::new(kind, "it is not one of AWS's own")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sts::123456789012:assumed-role/Ops/maria";

    #[test]
    fn an_identity_is_an_account_and_an_arn() {
        let identity = Identity::parse("123456789012", ARN).unwrap();
        assert_eq!(identity.account.as_str(), "123456789012");
        assert_eq!(identity.arn(), ARN);
        assert_eq!(identity.name(), "assumed-role/Ops/maria");
        let root = Identity::parse("000000000000", "arn:aws:iam::000000000000:root").unwrap();
        assert_eq!(root.name(), "root");
    }

    #[test]
    fn what_could_be_anything_else_is_none() {
        let long = format!("arn:aws:iam::123456789012:user/{}", "x".repeat(2048));
        for (account, arn, member) in [
            ("12345678901", ARN, "Account"),
            ("1234567890123", ARN, "Account"),
            ("12345678901٢", ARN, "Account"),
            ("12345678901\n", ARN, "Account"),
            ("", ARN, "Account"),
            ("123456789012", "", "Arn"),
            ("123456789012", "someone", "Arn"),
            ("123456789012", "arn:aws:iam::1:user/\u{1b}[2J", "Arn"),
            ("123456789012", "arn:aws:iam::1:user/\u{202e}x", "Arn"),
            ("123456789012", long.as_str(), "Arn"),
        ] {
            assert_eq!(
                Identity::parse(account, arn).unwrap_err(),
                member,
                "{arn:?}"
            );
        }
    }
}
