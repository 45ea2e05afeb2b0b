#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "models/classifier_config.hpp"

// The supported architectures, as one table: an entry per model_type, each in a file of its own in
// types/. docs/add-an-architecture.md is the recipe for another one.
namespace trainer::models {

// How the checkpoint lays a module's weights out.
enum class Layout {
  kPlain,       // as we have it; several modules under one name are stacked
  kTransposed,  // matrices as [in,out] (GPT-2's Conv1D); several modules are stacked, then
                // transposed
  kPerGroup,    // a product of several groups (nn::ProductGroups::up) as [groups,in,out]; of one,
                // plain
  kHeads,       // a matrix whose last axis is divided by head: [out,heads,size]
  kTransposedHeads,  // a transposed one so divided: [in,heads,size]
  kPerHead,  // several modules interleaved per key-value head: its queries, its key, its value
};

// Our name of a module (or, with its ".weight" or ".bias", of a parameter) and the checkpoint's;
// '#' stands for an index. Modules that share a stored name are parts of one tensor, in the order
// in which nn::transformer_parameters() names them.
struct StoredName {
  std::string_view ours;
  std::string_view stored;
  Layout layout = Layout::kPlain;
};

// The places where an architecture has a dropout; bits.
enum Drops : unsigned {
  kDropsEmbeddings = 1,
  kDropsHidden = 2,
  kDropsAttentionOutput = 4,
  kDropsAttention = 8,
  kDropsFeedForward = 16,
  kDropsHeadInput = 32,
  kDropsHead = 64,
};
constexpr unsigned kDropsAsBert =
    kDropsEmbeddings | kDropsHidden | kDropsAttentionOutput | kDropsAttention | kDropsHead;

struct ModelType {
  std::string_view name;          // config.json: model_type
  std::string_view architecture;  // config.json: architectures[0] of what we save
  std::string_view
      base_prefix;  // "bert": a checkpoint of the bare model lacks "bert." before its names
  void (*read)(const config::JsonObject& json, ClassifierConfig& config);
  std::span<const StoredName> body;  // names inside the bare model
  std::span<const StoredName> head;  // full names
  unsigned drops = kDropsAsBert;
};

std::span<const ModelType* const> model_types();

// Throws Error(kUnsupported) that lists what is supported. `place` is the file, for the message.
const ModelType& find_model_type(std::string_view name, const std::string& place);

}  // namespace trainer::models
