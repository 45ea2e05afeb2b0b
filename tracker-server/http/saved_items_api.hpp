#pragma once

#include "http/api.hpp"

// Saved views and reports of a project: docs/http-api.md, "Saved views and reports". A change is
// durable, with its entry of the audit log, when it is answered. 404 for an item of another project
// or kind, as for one that is not there; 412 and 428 as said there. On a worker; they block on the
// database.
namespace tracker::http {

Response get_views(const ApiContext& context, const Request& request);
Response post_view(const ApiContext& context, const Request& request);
Response get_view(const ApiContext& context, const Request& request);
Response put_view(const ApiContext& context, const Request& request);
Response delete_view(const ApiContext& context, const Request& request);

Response get_reports(const ApiContext& context, const Request& request);
Response post_report(const ApiContext& context, const Request& request);
Response get_report(const ApiContext& context, const Request& request);
Response put_report(const ApiContext& context, const Request& request);
Response delete_report(const ApiContext& context, const Request& request);

}  // namespace tracker::http
