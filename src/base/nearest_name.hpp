// SPDX-License-Identifier: Apache-2.0
// The name that a user most likely meant.
#pragma once

#include <string>
#include <vector>

namespace engram {

//! Least number of characters to insert, remove or replace that makes one text the other.
std::size_t edit_distance(const std::string& a, const std::string& b);

//! The closest of the names, the first of several; empty if none resembles the given one.
std::string nearest_name(const std::string& name, const std::vector<std::string>& names);

//! "; did you mean 'x'?", or else "; valid are: ..." for the end of a message.
std::string suggestion(const std::string& name, const std::vector<std::string>& names);

}  // namespace engram
