//! Questions whose conditions are known only when they are asked.

use sqlx::AssertSqlSafe;

use crate::error::StoreError;
use crate::link::{Link, Row, Value};
use crate::window::Window;

/// A question with conditions. A condition that is not asked for is not in the
/// text, so that the database picks the index that fits the others.
pub(crate) struct Search<'v> {
    text: String,
    values: Vec<Value<'v>>,
    conditions: usize,
    end: &'static str,
}

impl<'v> Search<'v> {
    /// Begins with `SELECT … FROM …`.
    pub(crate) fn new(select: &'static str) -> Self {
        Self {
            text: select.to_owned(),
            values: Vec::new(),
            conditions: 0,
            end: "",
        }
    }

    /// The same, with a text after all else: for a question within another,
    /// whose `SELECT … FROM (SELECT … FROM …` it begins with.
    pub(crate) fn ending(self, end: &'static str) -> Self {
        Self { end, ..self }
    }

    /// Another question, about the first rows of this one in an order: its
    /// `SELECT … FROM`, to which conditions can be added as to any.
    pub(crate) fn among_first(
        mut self,
        select: &'static str,
        order: &'static str,
        most: u32,
    ) -> Self {
        self.text.push_str(" ORDER BY ");
        self.text.push_str(order);
        self.text.push_str(" LIMIT ");
        self.bind(Value::Int(most.into()));
        self.text = format!("{select} ({}) AS part", self.text);
        self.conditions = 0;
        self
    }

    /// Adds a condition: its text up to the parameter, and the parameter.
    pub(crate) fn add(&mut self, condition: &'static str, value: impl Into<Value<'v>>) {
        self.begin();
        self.text.push_str(condition);
        self.bind(value.into());
    }

    /// Adds a condition that has no parameter.
    pub(crate) fn condition(&mut self, condition: &'static str) {
        self.begin();
        self.text.push_str(condition);
    }

    /// Adds a condition that a pair of columns is less than a pair of values.
    pub(crate) fn add_before(
        &mut self,
        columns: &'static str,
        first: impl Into<Value<'v>>,
        second: impl Into<Value<'v>>,
    ) {
        self.begin();
        self.text.push_str(columns);
        self.text.push_str(" < (");
        self.bind(first.into());
        self.text.push_str(", ");
        self.bind(second.into());
        self.text.push(')');
    }

    /// Adds a condition with a value at each `?` of it.
    pub(crate) fn add_within<const N: usize>(
        &mut self,
        condition: &'static str,
        values: [Value<'v>; N],
    ) {
        self.begin();
        let mut parts = condition.split('?');
        self.text.push_str(parts.next().unwrap_or_default());
        for (value, part) in values.into_iter().zip(parts) {
            self.bind(value);
            self.text.push_str(part);
        }
    }

    /// Adds a condition that a text holds another one.
    pub(crate) fn add_holds(&mut self, column: &'static str, part: &str) {
        let mut pattern = String::from("%");
        for c in part.chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        self.add(column, pattern);
        self.text.push_str(" ESCAPE '\\'");
    }

    /// How many there are, where it begins with `SELECT COUNT(*) FROM …`.
    pub(crate) async fn count(self, link: Link<'_>) -> Result<u64, StoreError> {
        // Safe: made of static texts and numbers of parameters alone.
        let (count,): (i64,) = link.only(AssertSqlSafe(self.text), &self.values).await?;
        Ok(count.unsigned_abs())
    }

    /// The first row.
    pub(crate) async fn first<T: Row>(mut self, link: Link<'_>) -> Result<Option<T>, StoreError> {
        self.text.push_str(self.end);
        // Safe: made of static texts and numbers of parameters alone.
        link.first(AssertSqlSafe(self.text), &self.values).await
    }

    /// The first rows in an order.
    pub(crate) async fn page<T: Row>(
        self,
        link: Link<'_>,
        order: &'static str,
        limit: u32,
    ) -> Result<Vec<T>, StoreError> {
        let first = Window { offset: 0, limit };
        self.window(link, order, first).await
    }

    /// The rows of a window in an order.
    pub(crate) async fn window<T: Row>(
        mut self,
        link: Link<'_>,
        order: &'static str,
        window: Window,
    ) -> Result<Vec<T>, StoreError> {
        self.text.push_str(" ORDER BY ");
        self.text.push_str(order);
        self.text.push_str(" LIMIT ");
        self.bind(Value::Int(window.limit.into()));
        self.text.push_str(" OFFSET ");
        let offset = i64::try_from(window.offset).unwrap_or(i64::MAX);
        self.bind(Value::Int(offset));
        self.text.push_str(self.end);
        // Safe: made of static texts and numbers of parameters alone.
        link.all(AssertSqlSafe(self.text), &self.values).await
    }

    fn begin(&mut self) {
        let first = self.conditions == 0;
        self.text.push_str(if first { " WHERE " } else { " AND " });
        self.conditions += 1;
    }

    fn bind(&mut self, value: Value<'v>) {
        self.values.push(value);
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
    }
}
