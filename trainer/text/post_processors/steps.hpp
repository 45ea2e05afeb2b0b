#pragma once

#include "text/post_processors/template.hpp"

// The post-processors of tokenizer.json, each as the library's class of the same name does it.
namespace trainer::text {

class TemplateStep final : public PostProcessorStep {
 public:
  TemplateStep(TemplateParts single, TemplateParts pair)
      : single_(std::move(single)), pair_(std::move(pair)) {}
  bool apply(std::vector<TemplateParts>& encodings, bool add_special_tokens) const override;
  std::size_t special_tokens(bool pair) const override;

 private:
  TemplateParts single_;
  TemplateParts pair_;
};

class BertStep final : public PostProcessorStep {
 public:
  BertStep(std::int32_t cls, std::int32_t sep) : cls_(cls), sep_(sep) {}
  bool apply(std::vector<TemplateParts>& encodings, bool add_special_tokens) const override;
  std::size_t special_tokens(bool pair) const override { return pair ? 3 : 2; }

 private:
  std::int32_t cls_;
  std::int32_t sep_;
};

class RobertaStep final : public PostProcessorStep {
 public:
  RobertaStep(std::int32_t cls, std::int32_t sep, std::optional<Trim> trim)
      : cls_(cls), sep_(sep), trim_(trim) {}
  bool apply(std::vector<TemplateParts>& encodings, bool add_special_tokens) const override;
  std::size_t special_tokens(bool pair) const override { return pair ? 4 : 2; }

 private:
  std::int32_t cls_;
  std::int32_t sep_;
  std::optional<Trim> trim_;
};

class ByteLevelStep final : public PostProcessorStep {  // trims offsets only
 public:
  explicit ByteLevelStep(std::optional<Trim> trim) : trim_(trim) {}
  bool apply(std::vector<TemplateParts>& encodings, bool add_special_tokens) const override;
  std::size_t special_tokens(bool) const override { return 0; }

 private:
  std::optional<Trim> trim_;
};

}  // namespace trainer::text
