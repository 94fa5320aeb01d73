#pragma once

#include "render/subject.hpp"

namespace kaito::render {

/// Both Services of an inference Workspace. Source: 6.1.
void add_services(const Subject& subject);

/// One entry of a Service's spec.ports: TCP.
void add_service_port(json::Items ports, json::Literal name, int port, int target);

}  // namespace kaito::render
