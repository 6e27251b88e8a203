//! The one integration test binary: everything is proved through the public doors.

mod pages;
