//! The description of the API as a page for people: made from the document, without scripts.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// The page's style sheet.
pub const STYLE: &str = include_str!("docs.css");

/// How deep an example follows references.
const DEPTH: u8 = 6;

/// The whole page.
pub fn page(document: &Value) -> String {
    let page = Page { document };
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Portolan API</title>\n<link rel=\"stylesheet\" href=\"/v1/docs.css\">\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n",
    );
    page.navigation(&mut html);
    html.push_str("<main id=\"content\">\n<h1>Portolan API</h1>\n");
    paragraphs(&mut html, text(&document["info"]["description"]));
    html.push_str(
        "<p>The same for programs: <a href=\"/v1/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\n",
    );
    for tag in list(&document["tags"]) {
        let name = text(&tag["name"]);
        let _ = writeln!(html, "<h2 id=\"{}\">{}</h2>", slug(name), escape(name));
        paragraphs(&mut html, text(&tag["description"]));
        for (method, path, operation) in page.operations(name) {
            page.operation(&mut html, method, path, operation);
        }
    }
    html.push_str("<h2 id=\"structures\">Structures</h2>\n");
    for (name, schema) in fields(&document["components"]["schemas"]) {
        let _ = writeln!(
            html,
            "<section id=\"schema-{name}\"><h3>{name}</h3>",
            name = escape(name)
        );
        paragraphs(&mut html, text(&schema["description"]));
        page.properties(&mut html, schema);
        html.push_str("</section>\n");
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

struct Page<'a> {
    document: &'a Value,
}

impl<'a> Page<'a> {
    fn operations(&self, tag: &str) -> Vec<(&'a str, &'a str, &'a Value)> {
        let mut found = Vec::new();
        for (path, item) in fields(&self.document["paths"]) {
            for method in ["get", "post", "put", "patch", "delete"] {
                let operation = &item[method];
                if list(&operation["tags"]).any(|one| text(one) == tag) {
                    found.push((method, path, operation));
                }
            }
        }
        found
    }

    fn navigation(&self, html: &mut String) {
        html.push_str("<nav aria-label=\"Operations\">\n<p class=\"brand\">Portolan API</p>\n");
        for tag in list(&self.document["tags"]) {
            let name = text(&tag["name"]);
            let _ = write!(
                html,
                "<h2><a href=\"#{}\">{}</a></h2>\n<ul>\n",
                slug(name),
                escape(name)
            );
            for (_, _, operation) in self.operations(name) {
                let _ = writeln!(
                    html,
                    "<li><a href=\"#{}\">{}</a></li>",
                    escape(text(&operation["operationId"])),
                    escape(text(&operation["summary"]))
                );
            }
            html.push_str("</ul>\n");
        }
        html.push_str("<h2><a href=\"#structures\">Structures</a></h2>\n</nav>\n");
    }

    fn operation(&self, html: &mut String, method: &str, path: &str, operation: &Value) {
        let _ = write!(
            html,
            "<section id=\"{}\">\n<h3>{}</h3>\n<p class=\"route\"><span class=\"method {method}\">{}</span> <code>{}</code></p>\n",
            escape(text(&operation["operationId"])),
            escape(text(&operation["summary"])),
            method.to_uppercase(),
            escape(path)
        );
        paragraphs(html, text(&operation["description"]));
        let parameters: Vec<&Value> = list(&operation["parameters"]).collect();
        if !parameters.is_empty() {
            html.push_str("<h4>Parameters</h4>\n<table>\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Where</th><th scope=\"col\">What</th></tr></thead>\n<tbody>\n");
            for one in parameters {
                let _ = writeln!(
                    html,
                    "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>",
                    escape(text(&one["name"])),
                    escape(text(&one["in"])),
                    inline(text(&one["description"]))
                );
            }
            html.push_str("</tbody>\n</table>\n");
        }
        if let Some((kind, content)) = fields(&operation["requestBody"]["content"]).next() {
            let _ = write!(html, "<h4>Body</h4>\n<p><code>{}</code>", escape(kind));
            if let Some(name) = reference(&content["schema"]) {
                let _ = write!(html, ": {}", link(name));
            }
            html.push_str("</p>\n");
            self.properties(html, self.resolve(&content["schema"]));
        }
        let _ = write!(
            html,
            "<h4>Example</h4>\n<pre tabindex=\"0\"><code>{}</code></pre>\n",
            escape(&self.example_request(method, path, operation))
        );
        html.push_str("<h4>Answers</h4>\n<table>\n<thead><tr><th scope=\"col\">Status</th><th scope=\"col\">What</th><th scope=\"col\">Body</th></tr></thead>\n<tbody>\n");
        for (status, response) in fields(&operation["responses"]) {
            let content = fields(&response["content"]).next();
            let body = match content {
                None => String::new(),
                Some((kind, content)) => match reference(&content["schema"]) {
                    Some(name) => link(name),
                    None => format!("<code>{}</code>", escape(kind)),
                },
            };
            let _ = writeln!(
                html,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{body}</td></tr>",
                escape(status),
                inline(text(&response["description"]))
            );
        }
        html.push_str("</tbody>\n</table>\n");
        let good = fields(&operation["responses"]).find(|(status, _)| status.starts_with('2'));
        if let Some((_, response)) = good
            && let Some(content) = response["content"].get("application/json")
        {
            let example = self.example(&content["schema"], DEPTH);
            let _ = write!(
                html,
                "<details>\n<summary>An answer</summary>\n<pre tabindex=\"0\"><code>{}</code></pre>\n</details>\n",
                escape(&pretty(&example))
            );
        }
        html.push_str("</section>\n");
    }

    fn example_request(&self, method: &str, path: &str, operation: &Value) -> String {
        let mut request = format!(
            "curl -X {} \"$PORTOLAN{path}\" \\\n  -H \"authorization: Bearer $PORTOLAN_KEY\"",
            method.to_uppercase()
        );
        let content = &operation["requestBody"]["content"];
        if content.get("multipart/form-data").is_some() {
            let kind =
                &self.resolve(&content["multipart/form-data"]["schema"])["properties"]["kind"];
            if let Some(first) = list(&kind["enum"]).next() {
                let _ = write!(request, " \\\n  -F kind={}", text(first));
            }
            request.push_str(" \\\n  -F file=@FILE");
        } else if let Some(body) = content.get("application/json") {
            let example = self.example(&body["schema"], DEPTH);
            if example != json!({}) {
                let _ = write!(
                    request,
                    " \\\n  -H \"content-type: application/json\" \\\n  -d '{}'",
                    pretty(&example).replace('\'', "'\\''")
                );
            }
        }
        request
    }

    fn properties(&self, html: &mut String, schema: &Value) {
        let parts: Vec<&Value> = if schema["allOf"].is_array() {
            list(&schema["allOf"])
                .map(|part| self.resolve(part))
                .collect()
        } else {
            vec![schema]
        };
        let mut rows = String::new();
        for part in parts {
            let required: Vec<&str> = list(&part["required"]).map(text).collect();
            for (name, property) in fields(&part["properties"]) {
                let must = if required.contains(&name) {
                    " <span class=\"required\">required</span>"
                } else {
                    ""
                };
                let _ = writeln!(
                    rows,
                    "<tr><th scope=\"row\"><code>{}</code>{must}</th><td>{}</td><td>{}</td></tr>",
                    escape(name),
                    self.kind(property),
                    inline(description(property))
                );
            }
        }
        if !rows.is_empty() {
            let _ = write!(
                html,
                "<table>\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Type</th><th scope=\"col\">What</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
            );
        }
    }

    /// A field's type in a few words.
    fn kind(&self, schema: &Value) -> String {
        if let Some(name) = reference(schema) {
            return link(name);
        }
        let choices: Vec<String> = list(&schema["oneOf"])
            .filter(|one| text(&one["type"]) != "null")
            .map(|one| self.kind(one))
            .collect();
        if !choices.is_empty() {
            return choices.join(" or ");
        }
        let words: Vec<String> = list(&schema["enum"])
            .map(|one| format!("<code>{}</code>", escape(text(one))))
            .collect();
        if !words.is_empty() {
            return words.join(", ");
        }
        let name = match &schema["type"] {
            Value::String(name) => name.as_str(),
            Value::Array(names) => names
                .iter()
                .map(text)
                .find(|name| *name != "null")
                .unwrap_or_default(),
            _ => "",
        };
        match (name, text(&schema["format"])) {
            ("array", _) => format!("list of {}", self.kind(&schema["items"])),
            ("string", "date-time") => "moment".to_owned(),
            ("string", "date") => "date".to_owned(),
            ("string", "binary") => "file".to_owned(),
            ("string", _) => "text".to_owned(),
            ("boolean", _) => "true or false".to_owned(),
            ("integer" | "number", _) => "number".to_owned(),
            (other, _) => escape(other),
        }
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        match reference(schema) {
            Some(name) => &self.document["components"]["schemas"][name],
            None => schema,
        }
    }

    /// A value that fits, made of the fields' own examples.
    fn example(&self, schema: &'a Value, depth: u8) -> Value {
        if let Some(given) = schema.get("example") {
            return given.clone();
        }
        if let Some(first) = list(&schema["enum"]).next() {
            return first.clone();
        }
        let Some(deeper) = depth.checked_sub(1) else {
            return Value::Null;
        };
        if reference(schema).is_some() {
            return self.example(self.resolve(schema), deeper);
        }
        let choice = list(&schema["oneOf"]).find(|one| text(&one["type"]) != "null");
        if let Some(one) = choice {
            return self.example(one, deeper);
        }
        if schema["allOf"].is_array() {
            let mut whole = Map::new();
            for part in list(&schema["allOf"]) {
                if let Value::Object(part) = self.example(part, deeper) {
                    whole.extend(part);
                }
            }
            return Value::Object(whole);
        }
        if schema["properties"].is_object() {
            return fields(&schema["properties"])
                .map(|(name, property)| (name.to_owned(), self.example(property, deeper)))
                .collect::<Map<_, _>>()
                .into();
        }
        let name = match &schema["type"] {
            Value::Array(names) => names.first().map_or("", text),
            name => text(name),
        };
        match (name, text(&schema["format"])) {
            ("array", _) => json!([self.example(&schema["items"], deeper)]),
            ("string", "date-time") => json!("2026-12-07T17:30:00Z"),
            ("string", "date") => json!("2026-12-07"),
            ("string", _) => json!("…"),
            ("boolean", _) => json!(true),
            ("integer" | "number", _) => json!(1),
            _ => json!({}),
        }
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

/// A field's description; with a field that may be null it stands beside the reference.
fn description(property: &Value) -> &str {
    let own = text(&property["description"]);
    if !own.is_empty() {
        return own;
    }
    list(&property["oneOf"])
        .map(|one| text(&one["description"]))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

fn reference(schema: &Value) -> Option<&str> {
    text(&schema["$ref"]).strip_prefix("#/components/schemas/")
}

fn link(name: &str) -> String {
    let name = escape(name);
    format!("<a href=\"#schema-{name}\">{name}</a>")
}

fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Text with what stands in backticks as code.
fn inline(text: &str) -> String {
    escape(text)
        .split('`')
        .enumerate()
        .map(|(place, part)| {
            if place % 2 == 1 {
                format!("<code>{part}</code>")
            } else {
                part.to_owned()
            }
        })
        .collect()
}

fn paragraphs(html: &mut String, text: &str) {
    for part in text.split("\n\n").filter(|part| !part.trim().is_empty()) {
        let _ = writeln!(html, "<p>{}</p>", inline(part));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_document_is_markup() {
        let document = json!({
            "info": { "description": "a <b> & `c<d`" },
            "tags": [{ "name": "T<", "description": "" }],
            "paths": { "/v1/x": { "get": {
                "tags": ["T<"], "operationId": "x", "summary": "<script>", "description": "\"q\"",
                "responses": { "200": { "description": "ok" } },
            } } },
        });
        let html = page(&document);
        assert!(!html.contains("<script>"), "{html}");
        assert!(
            html.contains("a &lt;b&gt; &amp; <code>c&lt;d</code>"),
            "{html}"
        );
    }
}
