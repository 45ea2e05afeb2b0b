#include "models/model_types.hpp"

#include <array>

#include "config/error.hpp"
#include "models/types/types.hpp"

namespace trainer::models {
namespace {

// In the order of their names.
constexpr std::array kTypes = {&kAlbert,
                               &kBart,
                               &kBert,
                               &kBigBird,
                               &kBloom,
                               &kCamembert,
                               &kConvbert,
                               &kDeberta,
                               &kDebertaV2,
                               &kDistilbert,
                               &kElectra,
                               &kErnie,
                               &kEurobert,
                               &kFalcon,
                               &kFlaubert,
                               &kFunnel,
                               &kGemma,
                               &kGemma2,
                               &kGemma3Text,
                               &kGlm,
                               &kGpt2,
                               &kGptNeo,
                               &kGptNeox,
                               &kGptj,
                               &kLlama,
                               &kLongformer,
                               &kMbart,
                               &kMegatronBert,
                               &kMistral,
                               &kMobilebert,
                               &kModernbert,
                               &kMpnet,
                               &kMt5,
                               &kNystromformer,
                               &kOpt,
                               &kPersimmon,
                               &kPhi,
                               &kPhi3,
                               &kQwen2,
                               &kQwen3,
                               &kRembert,
                               &kRoberta,
                               &kRobertaPrelayernorm,
                               &kRoformer,
                               &kSmollm3,
                               &kSqueezebert,
                               &kStablelm,
                               &kStarcoder2,
                               &kT5,
                               &kUmt5,
                               &kXlm,
                               &kXlmRoberta,
                               &kXlmRobertaXl,
                               &kXlnet};

}  // namespace

std::span<const ModelType* const> model_types() { return kTypes; }

const ModelType& find_model_type(std::string_view name, const std::string& place) {
  std::string known;
  for (const ModelType* type : kTypes) {
    if (type->name == name) return *type;
    known += (known.empty() ? "" : ", ") + std::string(type->name);
  }
  throw Error(ErrorCode::kUnsupported, place + ": model_type '" + std::string(name) +
                                           "' is not supported; supported: " + known +
                                           "; docs/add-an-architecture.md tells how to add one");
}

}  // namespace trainer::models
