// SPDX-License-Identifier: MIT
// Throws an exception for each line on its stdin: the probes of the C++ library fire.
#include <iostream>
#include <stdexcept>
#include <string>

int main()
{
    std::string line;

    std::cout << "ready" << std::endl;
    while (std::getline(std::cin, line)) {
        try {
            throw std::runtime_error(line);
        } catch (const std::exception &) {
            std::cout << "done" << std::endl;
        }
    }
}
