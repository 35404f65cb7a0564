# The .deb and the relocatable archive, by `./dev package`. What each holds is a component of the installation; the settings
# that depend on the generator are in packaging/cpack.cmake.
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/gatepost RENAME copyright COMPONENT gatepost)
install(FILES NOTICE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/gatepost COMPONENT gatepost)
# The bot as a service, disabled. Only the .deb has a place for it that systemd looks at.
install(FILES packaging/gatepost.service DESTINATION lib/systemd/system COMPONENT gatepost)

# With every library beside it; only when asked for by name.
install(
  CODE "execute_process(
          COMMAND sh \"${CMAKE_SOURCE_DIR}/packaging/bundle.sh\" \"$<TARGET_FILE:gatepost>\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\"
          WORKING_DIRECTORY \"${CMAKE_SOURCE_DIR}\" COMMAND_ERROR_IS_FATAL ANY)"
  COMPONENT bundle EXCLUDE_FROM_ALL)

set(CPACK_PACKAGE_NAME gatepost)
set(CPACK_PACKAGE_VENDOR "the gatepost authors")
set(CPACK_PACKAGE_CONTACT "the gatepost authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_SOURCE_DIR}/packaging/cpack.cmake")
set(CPACK_COMPONENTS_ALL gatepost bundle)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_OUTPUT_FILE_PREFIX "${CMAKE_BINARY_DIR}/packages")
include(CPack)
