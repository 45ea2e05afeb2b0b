#include "storage/filter_sql.hpp"

#include <algorithm>
#include <utility>

namespace tracker::storage {
namespace {

using filter::Node;
using filter::Op;
using filter::Source;
using filter::Term;
using filter::Value;

const char* sign_of(Op op) noexcept {
  switch (op) {
    case Op::kLess:
      return " < ";
    case Op::kLessEqual:
      return " <= ";
    case Op::kGreater:
      return " > ";
    default:
      return " >= ";
  }
}

std::string one_of(const std::string& column, std::vector<std::string> values, const char* type,
                   QueryParams& params) {
  if (values.size() == 1) return column + " = " + params.add(std::move(values.front()), type);
  return column + " = ANY (" +
         params.add(QueryParams::array_of(values), (std::string(type) + "[]").c_str()) + ")";
}

std::string in_list(const Term& term, const std::string& number, const std::string& text,
                    QueryParams& params) {
  std::vector<std::string> numbers, texts;
  for (const auto& value : term.values) {
    if (value.kind == Value::Kind::kNumber)
      numbers.push_back(QueryParams::text_of(value.number));
    else
      texts.push_back(value.text);
  }
  if (texts.empty()) return one_of(number, std::move(numbers), "float8", params);
  if (numbers.empty()) return one_of(text, std::move(texts), "text", params);
  return "(" + one_of(number, std::move(numbers), "float8", params) + " OR " +
         one_of(text, std::move(texts), "text", params) + ")";
}

bool is_uuid(const Value& value) { return core::RunId::parse(value.text).has_value(); }

}  // namespace

std::string alias_of(std::int32_t key) { return "a" + std::to_string(key); }

std::string term_condition(const Term& term, const std::string& number, const std::string& text,
                           QueryParams& params) {
  switch (term.op) {
    case Op::kIn:
      return in_list(term, number, text, params);
    case Op::kMatch:
      return text + (term.letters == Term::Case::kIgnored ? " ~* " : " ~ ") +
             params.add(term.pattern, "text");
    case Op::kSet:
      return "(" + number + " IS NOT NULL OR " + text + " IS NOT NULL)";
    default:
      break;
  }
  const auto& value = term.values.front();
  if (value.kind == Value::Kind::kNumber)
    return number + sign_of(term.op) + params.add_number(value.number);
  return text + sign_of(term.op) + params.add(value.text, "text");
}

FilterSql::FilterSql(FilterContext context, Reach reach, std::string no)
    : context_(context), reach_(reach), no_(std::move(no)) {}

std::string FilterSql::where(const Node& filter) {
  if (reach_ == Reach::kJoin) {
    for (const auto* term : certain_terms(filter)) {
      if (!filter::is_attribute(term->field.source)) continue;
      const auto key = context_.fields.key_of(term->field);
      if (key && !inner_) inner_ = key;
    }
  }
  // Few at any time: an index holds them alone. As a set that is made once, not a join.
  return of(filter) + " AND " + no_ + " NOT IN (SELECT d.no FROM run d WHERE d.project_id = " +
         context_.params.add(context_.project.text(), "uuid") + " AND d.deleted_us IS NOT NULL)";
}

RunColumn FilterSql::run_field(Source source) {
  uses_run_ = true;
  if (source == Source::kDuration && now_.empty())
    now_ = context_.params.add(std::to_string(context_.now_us), "bigint");
  return run_column(source, now_);
}

std::string FilterSql::all(const Node& node, const char* word, const char* empty) {
  if (node.children.empty()) return empty;
  std::string out;
  for (const auto& child : node.children) out += (out.empty() ? "(" : word) + of(child);
  return out + ")";
}

std::string FilterSql::of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kAnd:
      return all(node, " AND ", "true");
    case Node::Kind::kOr:
      return all(node, " OR ", "false");
    case Node::Kind::kNot:
      // A missing value makes a term NULL: what is not true is false.
      return "(" + of(node.children.front()) + ") IS NOT TRUE";
    case Node::Kind::kTerm:
      break;
  }
  const auto& term = node.term;
  if (term.field.source == Source::kTag) return tag(term);
  if (!filter::is_attribute(term.field.source)) {
    const auto column = run_field(term.field.source);
    return term_condition(term, column.number, column.text, context_.params);
  }
  const auto key = context_.fields.key_of(term.field);
  return key ? attribute(term, *key) : "false";
}

std::string FilterSql::attribute(const Term& term, std::int32_t key) {
  if (reach_ == Reach::kJoin) {
    joined_.insert(key);
    const auto alias = alias_of(key);
    return term_condition(term, alias + ".num", alias + ".str", context_.params);
  }
  // A scalar subquery stays where it is: the planner makes no join of it.
  return "(SELECT " + term_condition(term, "x.num", "x.str", context_.params) +
         " FROM run_attribute x WHERE x.key_id = " + std::to_string(key) +
         " AND x.run_no = " + no_ + ")";
}

std::string FilterSql::tag(const Term& term) {
  std::string condition = "true";
  if (term.op != Op::kSet)
    condition = term_condition(term, "NULL::float8", "t.tag", context_.params);
  if (reach_ == Reach::kProbe)
    return "(SELECT true FROM run_tag t WHERE t.run_no = " + no_ + " AND " + condition +
           " LIMIT 1)";
  return "(" + no_ + " IN (SELECT t.run_no FROM run_tag t WHERE t.project_id = " +
         context_.params.add(context_.project.text(), "uuid") + " AND " + condition + ")) IS TRUE";
}

std::optional<std::string> term_runs(const Term& term, const FilterContext& context) {
  if (term.op == Op::kMatch) return std::nullopt;  // a pattern may have to see all of them
  auto& params = context.params;
  const auto source = term.field.source;
  if (filter::is_attribute(source)) {
    const auto key = context.fields.key_of(term.field);
    if (!key) return "SELECT 0 AS no WHERE false";
    return "SELECT x.run_no AS no FROM run_attribute x WHERE x.key_id = " + std::to_string(*key) +
           " AND " + term_condition(term, "x.num", "x.str", params);
  }
  const bool of_ids =
      source == Source::kId && std::all_of(term.values.begin(), term.values.end(), is_uuid);
  if (term.op != Op::kIn || (source != Source::kTag && source != Source::kName && !of_ids))
    return std::nullopt;
  const auto project = params.add(context.project.text(), "uuid");
  if (source == Source::kTag)
    return "SELECT DISTINCT t.run_no AS no FROM run_tag t WHERE t.project_id = " + project +
           " AND " + term_condition(term, "NULL::float8", "t.tag", params);
  std::vector<std::string> values;
  for (const auto& value : term.values) values.push_back(value.text);
  return "SELECT x.no FROM run x WHERE x.project_id = " + project + " AND " +
         one_of(of_ids ? "x.id" : "x.name", std::move(values), of_ids ? "uuid" : "text", params);
}

std::vector<const Term*> certain_terms(const Node& filter) {
  std::vector<const Term*> out;
  if (filter.kind == Node::Kind::kTerm) out.push_back(&filter.term);
  if (filter.kind != Node::Kind::kAnd) return out;
  for (const auto& child : filter.children)
    for (const auto* term : certain_terms(child)) out.push_back(term);
  return out;
}

std::vector<Alternatives> certain_alternatives(const Node& filter) {
  if (filter.kind == Node::Kind::kTerm) return {{&filter.term}};
  std::vector<Alternatives> out;
  if (filter.kind == Node::Kind::kAnd)
    for (const auto& child : filter.children)
      for (auto& one : certain_alternatives(child)) out.push_back(std::move(one));
  if (filter.kind != Node::Kind::kOr) return out;
  Alternatives all;
  for (const auto& child : filter.children) {
    auto of_child = certain_alternatives(child);
    if (of_child.empty()) return out;
    all.insert(all.end(), of_child.front().begin(), of_child.front().end());
  }
  if (!all.empty()) out.push_back(std::move(all));
  return out;
}

}  // namespace tracker::storage
