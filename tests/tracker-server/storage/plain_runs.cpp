#include "plain_runs.hpp"

#include <algorithm>
#include <regex>

namespace tracker::test {
namespace {

using filter::Node;
using filter::Op;
using filter::Source;
using filter::Term;

PlainValue text(const std::string& value) {
  return value.empty() ? PlainValue() : PlainValue(value);
}

bool matches(const Term& term, const std::string& value) {
  auto flags = std::regex::ECMAScript;
  if (term.letters == Term::Case::kIgnored) flags |= std::regex::icase;
  return std::regex_search(value, std::regex(term.pattern, flags));
}

bool equals(const PlainValue& value, const filter::Value& wanted) {
  if (wanted.kind == filter::Value::Kind::kNumber)
    return value.index() == 1 && std::get<double>(value) == wanted.number;
  return value.index() == 2 && std::get<std::string>(value) == wanted.text;
}

template <class T>
bool compares(Op op, const T& a, const T& b) {
  return op == Op::kLess        ? a < b
         : op == Op::kLessEqual ? a <= b
         : op == Op::kGreater   ? a > b
                                : a >= b;
}

bool holds_for(const Term& term, const PlainValue& value) {
  if (term.op == Op::kSet) return value.index() != 0;
  if (term.op == Op::kMatch)
    return value.index() == 2 && matches(term, std::get<std::string>(value));
  if (term.op == Op::kIn)
    return std::any_of(term.values.begin(), term.values.end(),
                       [&](const filter::Value& wanted) { return equals(value, wanted); });
  const auto& wanted = term.values.front();
  if (wanted.kind == filter::Value::Kind::kNumber)
    return value.index() == 1 && compares(term.op, std::get<double>(value), wanted.number);
  return value.index() == 2 && compares(term.op, std::get<std::string>(value), wanted.text);
}

}  // namespace

bool PlainRuns::some_has(int source, const std::string& name) const {
  return std::any_of(runs.begin(), runs.end(), [&](const PlainRun& run) {
    return run.attributes.contains({source, name});
  });
}

PlainValue PlainRuns::value(const PlainRun& run, const filter::Field& field) const {
  const auto attribute = [&](int source) -> PlainValue {
    const auto found = run.attributes.find({source, field.key});
    return found == run.attributes.end() ? PlainValue() : found->second;
  };
  switch (field.source) {
    case Source::kName:
      return text(run.name);
    case Source::kId:
      return text(run.id.text());
    case Source::kState:
      return text(run.state);
    case Source::kGroup:
      return text(run.group);
    case Source::kJobType:
      return text(run.job_type);
    case Source::kNotes:
      return text(run.notes);
    case Source::kCreated:
      return static_cast<double>(run.created_us);
    case Source::kEnded:
      return run.ended_us ? PlainValue(static_cast<double>(*run.ended_us)) : PlainValue();
    case Source::kDuration:
      return static_cast<double>(std::max(run.ended_us.value_or(now_us), run.created_us) -
                                 run.created_us) /
             1e6;
    case Source::kConfig:
      return attribute(1);
    case Source::kSummary:
      return attribute(2);
    case Source::kMetric:
      return attribute(static_cast<int>(field.statistic));
    case Source::kBare:
      return attribute(some_has(1, field.key) ? 1 : 2);
    case Source::kTag:
      break;
  }
  return {};
}

bool PlainRuns::holds(const PlainRun& run, const Node& node) const {
  const auto holds_too = [&](const Node& child) { return holds(run, child); };
  switch (node.kind) {
    case Node::Kind::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), holds_too);
    case Node::Kind::kOr:
      return std::any_of(node.children.begin(), node.children.end(), holds_too);
    case Node::Kind::kNot:
      return !holds(run, node.children.front());
    case Node::Kind::kTerm:
      break;
  }
  if (node.term.field.source != Source::kTag)
    return holds_for(node.term, value(run, node.term.field));
  return std::any_of(run.tags.begin(), run.tags.end(),
                     [&](const std::string& tag) { return holds_for(node.term, PlainValue(tag)); });
}

std::vector<core::RunId> PlainRuns::answer(const Node& filter,
                                           const std::vector<filter::SortKey>& sort) const {
  std::vector<const PlainRun*> taken;
  for (const auto& run : runs)
    if (holds(run, filter)) taken.push_back(&run);
  std::sort(taken.begin(), taken.end(), [&](const PlainRun* a, const PlainRun* b) {
    bool falling = false;
    for (const auto& key : sort) {
      falling = key.direction == filter::SortKey::Direction::kFalling;
      const auto left = value(*a, key.field), right = value(*b, key.field);
      const auto rank = [](const PlainValue& v) {
        return v.index() == 0 ? 3 : static_cast<int>(v.index());
      };
      if (rank(left) != rank(right)) return rank(left) < rank(right);
      if (left != right) return falling ? right < left : left < right;
    }
    return falling ? a->no > b->no : a->no < b->no;
  });
  std::vector<core::RunId> out;
  for (const auto* run : taken) out.push_back(run->id);
  return out;
}

}  // namespace tracker::test
