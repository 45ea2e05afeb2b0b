#pragma once

#include "models/model_types.hpp"

// The entries of the table in model_types.cpp, each defined in the file of its name.
namespace trainer::models {

extern const ModelType kAlbert;
extern const ModelType kBart;
extern const ModelType kBert;
extern const ModelType kBigBird;
extern const ModelType kBloom;
extern const ModelType kCamembert;
extern const ModelType kConvbert;
extern const ModelType kDeberta;
extern const ModelType kDebertaV2;
extern const ModelType kDistilbert;
extern const ModelType kElectra;
extern const ModelType kErnie;
extern const ModelType kEurobert;
extern const ModelType kFalcon;
extern const ModelType kFlaubert;
extern const ModelType kFunnel;
extern const ModelType kGemma;
extern const ModelType kGemma2;
extern const ModelType kGemma3Text;
extern const ModelType kGlm;
extern const ModelType kGpt2;
extern const ModelType kGptj;
extern const ModelType kGptNeo;
extern const ModelType kGptNeox;
extern const ModelType kLlama;
extern const ModelType kLongformer;
extern const ModelType kMbart;
extern const ModelType kMegatronBert;
extern const ModelType kMistral;
extern const ModelType kMobilebert;
extern const ModelType kModernbert;
extern const ModelType kMpnet;
extern const ModelType kMt5;
extern const ModelType kNystromformer;
extern const ModelType kOpt;
extern const ModelType kPersimmon;
extern const ModelType kPhi;
extern const ModelType kPhi3;
extern const ModelType kQwen2;
extern const ModelType kQwen3;
extern const ModelType kRembert;
extern const ModelType kRoberta;
extern const ModelType kRobertaPrelayernorm;
extern const ModelType kRoformer;
extern const ModelType kSmollm3;
extern const ModelType kSqueezebert;
extern const ModelType kStablelm;
extern const ModelType kStarcoder2;
extern const ModelType kT5;
extern const ModelType kUmt5;
extern const ModelType kXlm;
extern const ModelType kXlmRoberta;
extern const ModelType kXlmRobertaXl;
extern const ModelType kXlnet;

}  // namespace trainer::models
