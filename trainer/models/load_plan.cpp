#include "models/load_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "models/classifier.hpp"
#include "models/lora.hpp"
#include "models/model_types.hpp"

namespace trainer::models {
namespace {

struct FoundTensor {
  const weights::TensorView* view = nullptr;
  std::string told;  // its name in reports: as transformers has it, without a prefix that we added
};
using FoundTensors = std::map<std::string, FoundTensor, std::less<>>;

// Ends of names of what older versions stored beside the weights: masks, positions, angles.
constexpr std::array<std::string_view, 6> kBuffers{
    "position_ids",     "rotary_emb.inv_freq",   "attn.bias",
    "attn.masked_bias", "attention.masked_bias", "attention.bias"};
constexpr std::size_t kListedNumbers = 10;
constexpr std::size_t kListedNames = 8;

bool replace_suffix(std::string& name, std::string_view from, std::string_view to) {
  if (!name.ends_with(from)) return false;
  name.replace(name.size() - from.size(), from.size(), to);
  return true;
}

// The encoder's and the decoder's copies of a shared embedding, which older versions stored too:
// they are no tensors of their own, and stand for it where it is not stored.
void join_copies(const ModelType& type, FoundTensors& names) {
  const std::string shared = std::string(type.base_prefix) + ".shared.weight";
  const bool has_shared =
      std::any_of(type.body.begin(), type.body.end(),
                  [](const StoredName& each) { return each.stored == "shared"; });
  if (!has_shared) return;
  for (const std::string_view stack : {"encoder", "decoder"}) {
    const auto copy = names.find(fmt::format("{}.{}.embed_tokens.weight", type.base_prefix, stack));
    if (copy == names.end()) continue;
    names.emplace(shared, copy->second);
    names.erase(copy);
  }
}

// The checkpoint's tensors under the names a classifier of this type would have stored them.
FoundTensors stored_names(const ModelType& type, const weights::TensorFiles& tensors) {
  const std::string prefix = std::string(type.base_prefix) + ".";
  bool prefixed = false;
  for (const auto& [name, view] : tensors.tensors())
    prefixed = prefixed || name.starts_with(prefix);
  FoundTensors names;
  for (const auto& [name, view] : tensors.tensors()) {
    std::string told = name;
    if (!replace_suffix(told, "LayerNorm.gamma", "LayerNorm.weight")) {
      replace_suffix(told, "LayerNorm.beta", "LayerNorm.bias");
    }
    names.emplace(prefixed ? told : prefix + told, FoundTensor{&view, told});
  }
  // A head stored beside a bare model would have been prefixed by mistake.
  if (!prefixed) {
    for (const auto& [name, view] : tensors.tensors()) {
      for (const StoredName& head : type.head) {
        if (name.starts_with(std::string(head.stored) + ".")) {
          names.erase(prefix + name);
          names[name] = {&view, name};
        }
      }
    }
  }
  join_copies(type, names);
  return names;
}

bool is_buffer(std::string_view name) {
  return std::any_of(kBuffers.begin(), kBuffers.end(),
                     [&](std::string_view end) { return name.ends_with(end); });
}

void note_missing(const nn::ParameterSpec& spec, LoadReport& report) {
  if (spec.init == nn::Init::kSinusoids) return;
  const bool may_lack = spec.name.starts_with("head.") || spec.name.starts_with("idle.");
  (may_lack ? report.missing : report.required).push_back(spec.stored_name);
}

std::string text_of(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ","));
}

// A name with '*' for each number between dots, and the numbers.
struct Pattern {
  std::string text;
  std::vector<std::int64_t> numbers;
};

Pattern pattern_of(const std::string& name) {
  Pattern out;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    const bool number = !part.empty() && part.size() < 10 && begin > 0 &&
                        part.find_first_not_of("0123456789") == std::string::npos;
    if (begin > 0) out.text += '.';
    out.text += number ? "*" : part;
    if (number) out.numbers.push_back(std::stoll(part));
    begin = end + 1;
  }
  return out;
}

std::string text_of_numbers(std::vector<std::int64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.size() == 1) return fmt::to_string(numbers.front());
  if (numbers.size() > kListedNumbers)
    return fmt::format("{{{}...{}}}", numbers.front(), numbers.back());
  return fmt::format("{{{}}}", fmt::join(numbers, ", "));
}

std::string list_of(const std::vector<std::string>& names) {
  const std::vector<std::string> all = grouped_names(names);
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kListedNames); ++i) {
    text += (i == 0 ? "" : ", ") + config::printable(all[i]);
  }
  if (all.size() > kListedNames) text += fmt::format(" and {} more", all.size() - kListedNames);
  return text;
}

}  // namespace

LoadPlan plan_load(const ModelType& type, const std::vector<nn::ParameterSpec>& specs,
                   const weights::TensorFiles& tensors) {
  LoadPlan plan;
  FoundTensors names = stored_names(type, tensors);
  for (StoredTensor& stored : stored_tensors(specs)) {
    if (of_low_rank(specs[stored.parts.front()])) continue;
    const auto found = names.find(stored.name);
    PlannedTensor& planned = plan.tensors.emplace_back(PlannedTensor{std::move(stored)});
    if (found == names.end()) {
      note_missing(specs[planned.stored.parts.front()], plan.report);
      continue;
    }
    planned.from = found->second.view;
    if (planned.from->shape != planned.stored.shape) {
      plan.report.mismatched.push_back(
          {planned.stored.name, planned.from->shape, planned.stored.shape});
    }
    names.erase(found);
  }
  for (const auto& [name, found] : names) {
    if (!is_buffer(name)) plan.report.unexpected.push_back(found.told);
  }
  return plan;
}

LoadPlan plan_load(const ClassifierConfig& config, const weights::TensorFiles& tensors) {
  return plan_load(*config.type, classifier_parameters(config), tensors);
}

void check(const LoadReport& report) {
  if (!report.required.empty()) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("the weights lack {}, which config.json's model needs: are they this "
                            "model's?",
                            list_of(report.required)));
  }
  if (!report.mismatched.empty()) {
    const LoadReport::Mismatch& first = report.mismatched.front();
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("tensor {} has shape {} but config.json means {}", first.name,
                            text_of(first.found), text_of(first.expected)));
  }
}

std::vector<std::string> grouped_names(const std::vector<std::string>& names) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::vector<std::int64_t>>> numbers;  // of each '*'
  for (const std::string& name : names) {
    Pattern pattern = pattern_of(name);
    const auto [at, is_new] = numbers.emplace(pattern.text, pattern.numbers.size());
    if (is_new) order.push_back(pattern.text);
    for (std::size_t i = 0; i < pattern.numbers.size(); ++i)
      at->second[i].push_back(pattern.numbers[i]);
  }
  std::vector<std::string> out;
  for (const std::string& pattern : order) {
    std::string text;
    auto next = numbers[pattern].begin();
    for (const char c : pattern) {
      if (c == '*' && next != numbers[pattern].end()) {
        text += text_of_numbers(*next++);
      } else {
        text += c;
      }
    }
    out.push_back(std::move(text));
  }
  return out;
}

std::vector<std::string> lines_of(const LoadReport& report) {
  std::vector<std::string> lines;
  if (!report.missing.empty()) {
    lines.push_back(
        fmt::format("newly initialized, for the checkpoint lacks them: {}: train them "
                    "before the model is used",
                    list_of(report.missing)));
  }
  if (!report.unexpected.empty()) {
    lines.push_back(fmt::format(
        "unexpected in the checkpoint, not used: {}: as it should be when it was trained for "
        "another task",
        list_of(report.unexpected)));
  }
  return lines;
}

}  // namespace trainer::models
