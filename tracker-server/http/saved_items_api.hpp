#pragma once

#include "http/api.hpp"
#include "storage/saved_items.hpp"

// Saved views and reports of a project: docs/http-api.md, "Saved views and reports". A change is
// durable, with its entry of the audit log, when it is answered. 404 for an item of another project
// or kind, as for one that is not there; 412 and 428 as said there. On a worker; they block on the
// database.
namespace tracker::http {

Response list_saved_items(const ApiContext& context, const Request& request,
                          storage::SavedKind kind);
Response add_saved_item(const ApiContext& context, const Request& request, storage::SavedKind kind);
Response find_saved_item(const ApiContext& context, const Request& request,
                         storage::SavedKind kind);
Response change_saved_item(const ApiContext& context, const Request& request,
                           storage::SavedKind kind);
Response remove_saved_item(const ApiContext& context, const Request& request,
                           storage::SavedKind kind);

// One of them for items of one kind: a handler of a route.
template <auto act, storage::SavedKind kind>
Response of_kind(const ApiContext& context, const Request& request) {
  return act(context, request, kind);
}

}  // namespace tracker::http
