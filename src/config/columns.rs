//! The columns of the list of plans that the operator chooses.

use toml::de::DeValue;

use super::value::OptionValue;

/// A column of the list of plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListColumn {
    /// The name.
    Name,
    /// The identifier.
    Id,
    /// The rate limit.
    Rate,
    /// The burst limit.
    Burst,
    /// The quota.
    Quota,
    /// The part of the quota that the busiest key used.
    Used,
    /// The number of attached stages.
    Stages,
    /// The product code.
    Product,
}

impl ListColumn {
    /// All of them, in the order in which they stand unless others are chosen.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Rate,
        Self::Burst,
        Self::Quota,
        Self::Used,
        Self::Stages,
        Self::Product,
        Self::Id,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Id => "id",
            Self::Rate => "rate",
            Self::Burst => "burst",
            Self::Quota => "quota",
            Self::Used => "used",
            Self::Stages => "stages",
            Self::Product => "product",
        }
    }

    /// Reads its name.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut all = Self::ALL.into_iter();
        all.find(|column| column.name().eq_ignore_ascii_case(text))
    }

    /// Reads names with commas or blanks between them, each once.
    ///
    /// # Errors
    /// The first that is no name, or that stands there twice; nothing where there is none.
    pub fn parse(text: &str) -> Result<Vec<Self>, String> {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        let mut columns = Vec::new();
        for name in names {
            match Self::named(name) {
                Some(column) if !columns.contains(&column) => columns.push(column),
                _ => return Err(name.to_owned()),
            }
        }
        if columns.is_empty() {
            return Err(String::new());
        }
        Ok(columns)
    }

    /// The columns as a value of the configuration file.
    #[must_use]
    pub fn to_toml(columns: &[Self]) -> String {
        let names = columns.iter().map(|column| format!("{:?}", column.name()));
        format!("[{}]", names.collect::<Vec<_>>().join(", "))
    }
}

impl OptionValue for Vec<ListColumn> {
    const KIND: &'static str = r#"a list of name, id, rate, burst, quota, used, stages and product, each once, in a file as ["name", "rate"]"#;

    fn of_text(text: &str) -> Option<Self> {
        ListColumn::parse(text).ok()
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        let items = value.as_array()?.iter();
        let names: Option<Vec<&str>> = items.map(|item| item.get_ref().as_str()).collect();
        Self::of_text(&names?.join(","))
    }

    fn shown(&self) -> serde_json::Value {
        self.iter().map(|column| column.name()).collect()
    }
}
