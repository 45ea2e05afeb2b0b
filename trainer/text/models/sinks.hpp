#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/models/model.hpp"

// Where a model's algorithm puts its tokens, so that there is one algorithm for ids and for tokens
// with places: `push(id, begin, end)` appends, `size()` and `resize()` take back.
namespace trainer::text {

class IdSink {
 public:
  explicit IdSink(std::vector<std::int32_t>& ids) : ids_(ids) {}
  void push(std::int32_t id, std::size_t /*begin*/, std::size_t /*end*/) { ids_.push_back(id); }
  std::size_t size() const noexcept { return ids_.size(); }
  void resize(std::size_t size) { ids_.resize(size); }

 private:
  std::vector<std::int32_t>& ids_;
};

class TokenSink {
 public:
  explicit TokenSink(std::vector<Token>& tokens) : tokens_(tokens) {}
  void push(std::int32_t id, std::size_t begin, std::size_t end) {
    tokens_.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }
  std::size_t size() const noexcept { return tokens_.size(); }
  void resize(std::size_t size) { tokens_.resize(size); }

 private:
  std::vector<Token>& tokens_;
};

}  // namespace trainer::text
